/** Upgrades over the real network on loopback. */
import assert from "node:assert/strict";
import type { Credentials } from "../../../src/deno/network/kubeconfig.ts";
import type { Upgrade } from "../../../src/kube/transport.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { TcpListener } from "../../support/tcp_listener.ts";
import { transportTo } from "./loopback.ts";

const HEADERS = { upgrade: "SPDY/3.1", "x-stream-protocol-version": "v4" };
const AGREED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n" +
  "X-Kind: y\r\n\r\n";

const bearer = (token: string): Credentials => ({
  headers: [["Authorization", `Bearer ${token}`]],
});

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A server that hears each request for an upgrade and then does this with the connection. */
function serve(
  play: (client: Deno.TcpConn, asked: string) => Promise<void>,
  credentials?: () => Promise<Credentials>,
) {
  const asked: string[] = [];
  const over = Promise.withResolvers<void>();
  const listener = new TcpListener(async (client) => {
    try {
      const buffer = new Uint8Array(64 * 1024);
      let text = "";
      while (!text.includes("\r\n\r\n")) {
        const length = await client.read(buffer);
        if (length === null) return;
        text += decode(buffer.subarray(0, length));
      }
      asked.push(text);
      await play(client, text);
    } catch {
      // the client has closed the connection
    } finally {
      try {
        client.close();
      } catch {
        // closed already
      }
      over.resolve();
    }
  });
  const transport = transportTo(
    `http://127.0.0.1:${listener.port}`,
    credentials === undefined ? {} : { credentials },
  );
  return {
    asked,
    transport,
    /** Resolves once the first connection has ended. */
    ended: over.promise,
    ask: (signal?: AbortSignal) =>
      transport.upgrade("/api/exec?command=a%20b", { headers: HEADERS, signal }),
    async [Symbol.asyncDispose]() {
      listener.close();
      await listener.ended;
    },
  };
}

async function refusalOf(asking: Promise<Upgrade>): Promise<[status: number, body: string]> {
  const upgrade = await asking;
  assert.ok("refusal" in upgrade);
  return [upgrade.refusal.status, await upgrade.refusal.text()];
}

async function write(client: Deno.TcpConn, text: string): Promise<void> {
  const bytes = encode(text);
  for (let at = 0; at < bytes.length;) at += await client.write(bytes.subarray(at));
}

Deno.test("an upgrade is a POST with the credentials; its bytes go both ways from the first one on", async () => {
  const credentials = () => Promise.resolve(bearer("secret"));
  await using place = serve(async (client) => {
    await write(client, `${AGREED}first`);
    const buffer = new Uint8Array(10);
    const length = await client.read(buffer);
    await write(client, `heard ${decode(buffer.subarray(0, length!))}`);
  }, credentials);
  const upgrade = await place.ask();
  assert.ok("stream" in upgrade);
  assert.equal(upgrade.headers.get("x-kind"), "y");
  await upgrade.stream.send(encode("hi"));
  let text = "";
  for await (const chunk of upgrade.stream.chunks) text += decode(chunk);
  assert.equal(text, "firstheard hi");
  const [first, ...lines] = place.asked[0].trimEnd().split("\r\n");
  assert.equal(first, "POST /api/exec?command=a%20b HTTP/1.1");
  assert.deepEqual(lines.map((line) => line.toLowerCase()).sort(), [
    "authorization: bearer secret",
    "connection: upgrade",
    "content-length: 0",
    `host: ${new URL(place.transport.server).host}`,
    "upgrade: spdy/3.1",
    "x-stream-protocol-version: v4",
  ]);
});

Deno.test("an answer that arrives byte by byte is the same answer", async () => {
  await using place = serve(async (client) => {
    for (const byte of `${AGREED}x`) await write(client, byte);
  });
  const upgrade = await place.ask();
  assert.ok("stream" in upgrade);
  let text = "";
  for await (const chunk of upgrade.stream.chunks) text += decode(chunk);
  assert.equal(text, "x");
});

const REFUSALS: [what: string, answer: string, expected: [number, string]][] = [
  [
    "with a length",
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno and more",
    [403, "no"],
  ],
  [
    "in chunks",
    "HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n2;ext=1\r\nno\r\n3\r\n, x\r\n0\r\n\r\n",
    [404, "no, x"],
  ],
  ["up to the end of the connection", "HTTP/1.0 500 x\r\n\r\nno", [500, "no"]],
  ["without a body", "HTTP/1.1 204 x\r\n\r\n", [204, ""]],
];

for (const [what, answer, expected] of REFUSALS) {
  Deno.test(`a refusal ${what} has its status and its text`, async () => {
    await using place = serve((client) => write(client, answer));
    assert.deepEqual(await refusalOf(place.ask()), expected);
  });
}

Deno.test("a refusal that is cut breaks where it is read", async () => {
  await using place = serve((client) =>
    write(client, "HTTP/1.1 500 x\r\nContent-Length: 99\r\n\r\nno")
  );
  await assert.rejects(refusalOf(place.ask()));
});

for (
  const [what, answer] of [
    ["nothing", ""],
    ["half a head", AGREED.slice(0, 30)],
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a head without an end", `HTTP/1.1 101 x\r\nX: ${"x".repeat(80_000)}`],
    ["an upgrade without the header for it", "HTTP/1.1 101 x\r\n\r\n"],
    ["no answer yet", "HTTP/1.1 103 x\r\n\r\n"],
    ["no status", "HTTP/1.1 x y\r\n\r\n"],
  ]
) {
  Deno.test(`a server that answers ${what} gave no answer`, async () => {
    await using place = serve((client) => write(client, answer));
    await assert.rejects(place.ask());
  });
}

Deno.test("an abort ends the request for an upgrade, and its connection", async () => {
  const heard = Promise.withResolvers<void>();
  const hungUp = Promise.withResolvers<void>();
  await using place = serve(async (client) => {
    heard.resolve();
    await client.read(new Uint8Array(1)).catch(() => {});
    hungUp.resolve();
  });
  const stop = new AbortController();
  const asking = place.ask(stop.signal);
  await heard.promise;
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(asking, reason);
  await hungUp.promise;
  await assert.rejects(place.ask(stop.signal), reason);
});

Deno.test("after a 401 an upgrade gets new credentials, once", async () => {
  let renewals = 0;
  const credentials = () => Promise.resolve(bearer(["old", "new"][renewals++] ?? "bad"));
  await using place = serve(
    (client, asked) =>
      write(
        client,
        asked.includes("Bearer new") ? AGREED : "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n",
      ),
    credentials,
  );
  const upgrade = await place.ask();
  assert.ok("stream" in upgrade);
  upgrade.stream.close();
  assert.equal(renewals, 2);
  await using closed = serve(
    (client) => write(client, "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n"),
  );
  assert.equal((await refusalOf(closed.ask()))[0], 401);
  assert.equal(closed.asked.length, 2);
});

Deno.test("a sender waits while the other side does not read, and both ends tell how much waits", async () => {
  const go = Promise.withResolvers<void>();
  let arrived = 0;
  await using place = serve(async (client) => {
    await write(client, AGREED);
    await go.promise;
    const buffer = new Uint8Array(1 << 20);
    for (let length; (length = await client.read(buffer)) !== null;) arrived += length;
  });
  const upgrade = await place.ask();
  assert.ok("stream" in upgrade);
  const { stream } = upgrade;
  const MIB = 1 << 20;
  // More than the buffers of the system take.
  const sending = Array.from({ length: 64 }, () => stream.send(new Uint8Array(MIB)));
  let isTaken = false;
  void sending.at(-1)!.then(() => isTaken = true);
  assert.ok(stream.bufferedAmount > MIB);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(isTaken, false);
  go.resolve();
  await Promise.all(sending);
  assert.equal(stream.bufferedAmount, 0);
  stream.close();
  await stream.send(new Uint8Array(MIB));
  await place.ended;
  assert.equal(arrived, 64 * MIB);
});

Deno.test("an upgrade over TLS trusts the authority of the kubeconfig, and no other server", async () => {
  const { ca, cert, key } = await makeCertificates();
  const other = await makeCertificates();
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const serving = (async () => {
    while (true) {
      const client = await listener.accept().catch((error) => {
        if (error instanceof Deno.errors.BadResource) return undefined;
        throw error;
      });
      if (client === undefined) return;
      try {
        await client.read(new Uint8Array(4096));
        await client.write(encode(AGREED));
      } catch {
        // a handshake that the client breaks off
      } finally {
        client.close();
      }
    }
  })();
  const url = `https://127.0.0.1:${listener.addr.port}`;
  const ask = (ca: string) =>
    transportTo(url, { tls: { ca: [ca] } }).upgrade("/", { headers: HEADERS });
  const upgrade = await ask(ca);
  assert.ok("stream" in upgrade);
  upgrade.stream.close();
  await assert.rejects(ask(other.ca));
  listener.close();
  await serving;
});
