/** Servers on loopback that stall or lie: every wait of the client ends with an error in words. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ClusterError, ExpectedError } from "../../../src/errors.ts";
import { NetworkTransport } from "../../../src/deno/network/transport.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type ExecProtocol, PODS } from "../../../src/kube/interface.ts";
import { encodeSynReply, FrameReader } from "../../../src/kube/spdy/frames.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { rejection } from "../../support/refusal.ts";
import { TcpListener } from "../../support/tcp_listener.ts";

/** A hundredth of the real time: 30 seconds pass in 0.3. */
const quick = (ms: number, signal?: AbortSignal) => sleep(ms / 100, signal);
/** Only an interrupt ends what waits for this. */
const never = (_ms: number, signal?: AbortSignal) => sleep(2 ** 30, signal);

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

type Serve = (client: Deno.TcpConn, close: () => void) => Promise<void>;

interface ClientOptions {
  readonly scheme?: "http" | "https";
  readonly delay?: typeof quick;
  readonly interrupt?: AbortSignal;
  readonly execProtocol?: ExecProtocol;
}

/** Plays a server that does this with each connection until disposed, with a client for it. */
function serve(play: Serve, options: ClientOptions = {}) {
  const { scheme = "http", delay = quick, interrupt, execProtocol } = options;
  const over = Promise.withResolvers<void>();
  const open = new Set<Deno.TcpConn>();
  const close = (client: Deno.TcpConn) => {
    if (open.delete(client)) client.close();
  };
  const listener = new TcpListener(async (client) => {
    open.add(client);
    try {
      await play(client, () => close(client));
      await over.promise; // it stays open
    } catch {
      // the client has closed the connection
    } finally {
      close(client);
    }
  });
  const connection = {
    server: `${scheme}://127.0.0.1:${listener.port}`,
    namespace: "ns",
    tls: {},
    credentials: () => Promise.resolve({ headers: [] }),
  };
  const transport = new NetworkTransport(connection, delay);
  const kube = new KubeClient(transport, "ns", interrupt, execProtocol);
  return {
    kube,
    async [Symbol.asyncDispose]() {
      over.resolve();
      for (const client of open) close(client);
      listener.close();
      await listener.ended;
    },
  };
}

const encoder = new TextEncoder();

async function read(client: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const length = await client.read(buffer);
    if (length === null) throw new Error("the client closed the connection");
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text;
}

async function write(client: Deno.TcpConn, text: string): Promise<void> {
  await writeBytes(client, encoder.encode(text));
}

async function writeBytes(client: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await client.write(bytes.subarray(at));
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

const PLACE = { namespace: "a", pod: "p", container: "c" };
const run = (kube: KubeClient) => kube.exec({ ...PLACE, command: ["true"], silenceMs: 30_000 });
const get = (kube: KubeClient) => kube.get(PODS, "a", "p");
const log = async (kube: KubeClient) => {
  for await (const _ of await kube.logs(PLACE));
};
const watch = async (kube: KubeClient) => {
  const { signal } = new AbortController();
  for await (const _ of kube.watch(PODS, { namespace: "a" }, signal));
};

const ASKS = { get, log, run, watch };

/** [what the server does, how, whether it speaks TLS] */
const STALLS: [name: string, play: Serve, scheme: "http" | "https"][] = [
  ["takes a connection and says nothing", async () => {}, "http"],
  ["says nothing in a TLS handshake", async () => {}, "https"],
  ["stalls after its headers", async (client) => {
    await read(client);
    await write(client, CHUNKED + chunk('{"metadata":{'));
  }, "http"],
  ["stalls in its headers", async (client) => {
    await read(client);
    await write(client, OK);
  }, "http"],
];

for (const [name, play, scheme] of STALLS) {
  // A watch is patient for a minute, which takes a while even so.
  const asks = name === STALLS[0][0] ? ASKS : { get, log, run };
  for (const [what, ask] of Object.entries(asks)) {
    Deno.test(`a server that ${name}: ${what} ends in time`, async () => {
      await using place = serve(play, { scheme });
      await assert.rejects(ask(place.kube), (error: Error) => {
        assert.ok(error instanceof ClusterError, String(error));
        assert.match(error.message, /no answer in time|no answer for 30 s/);
        return true;
      });
    });

    Deno.test(`a server that ${name}: an interrupt ends ${what} at once`, async () => {
      const interrupt = new AbortController();
      const options = { scheme, delay: never, interrupt: interrupt.signal };
      const connected = Promise.withResolvers<void>();
      const playing: Serve = async (client, close) => {
        connected.resolve();
        await play(client, close);
      };
      await using place = serve(playing, options);
      const stop = new AbortController();
      const asked = what === "watch"
        ? (async () => {
          for await (const _ of place.kube.watch(PODS, { namespace: "a" }, stop.signal));
        })()
        : ask(place.kube);
      asked.catch(() => {});
      await connected.promise;
      const reason = new DOMException("interrupted", "AbortError");
      interrupt.abort(reason);
      stop.abort(reason); // a watch has its own signal
      if (what === "watch") await asked;
      else await assert.rejects(asked, (error) => error === reason);
    });
  }
}

Deno.test("a server that hangs up in the TLS handshake ends an exec in time", async () => {
  // deno-lint-ignore require-await -- as others of its kind
  await using place = serve(async (_client, close) => close(), { scheme: "https" });
  await assert.rejects(run(place.kube), ClusterError);
});

for (
  const [name, text] of [
    ["words that are no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a page", `${OK}Content-Length: 13\r\n\r\n<html></html>`],
    ["null", `${OK}Content-Length: 4\r\n\r\nnull`],
    ["an upgrade without a key", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    [
      "a Status of another shape",
      "HTTP/1.1 403 No\r\nContent-Length: 52\r\n\r\n" +
      '{"kind":"Status","message":[],"details":5,"code":{}}',
    ],
  ] as const
) {
  for (const [what, ask] of Object.entries({ get, run, watch })) {
    Deno.test(`a server that answers with ${name}: ${what} ends with an error in words`, async () => {
      await using place = serve(async (client) => {
        while (true) {
          await read(client);
          await write(client, text);
        }
      });
      await assert.rejects(ask(place.kube), ExpectedError);
    });
  }
}

Deno.test("an answer without an end is read up to its limit, and hung up on", async () => {
  let sentBytes = 0;
  const hungUp = Promise.withResolvers<void>();
  await using place = serve(async (client) => {
    try {
      await read(client);
      await write(client, `${CHUNKED}${chunk("{")}`);
      for (const spaces = chunk(" ".repeat(1 << 16));; sentBytes += spaces.length) {
        await write(client, spaces);
      }
    } catch {
      hungUp.resolve();
    }
  }, { delay: never });
  assert.match(
    await rejection(get(place.kube), ClusterError),
    /^Cannot get Pod "p": the server's answer is larger than 8 MiB\n/,
  );
  await hungUp.promise;
  assert.ok(sentBytes < 64 << 20, `${sentBytes}`);
});

/** Takes the upgrade to a websocket, and reads no more. */
async function upgrade(client: Deno.TcpConn): Promise<void> {
  const [, key] = /^sec-websocket-key: (\S+)/im.exec(await read(client))!;
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Protocol: v5.channel.k8s.io",
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
  ];
  await write(client, `${lines.join("\r\n")}\r\n\r\n`);
}

/** Agrees to SPDY, accepts the streams up to the last one, stdout, and reads no more. */
async function upgradeToSpdy(client: Deno.TcpConn): Promise<void> {
  if (!/^upgrade: spdy\/3\.1/im.test(await read(client))) throw new Error("no request for SPDY");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: SPDY/3.1",
    "Connection: Upgrade",
    "X-Stream-Protocol-Version: v4.channel.k8s.io",
  ];
  await write(client, `${lines.join("\r\n")}\r\n\r\n`);
  const reader = new FrameReader();
  const buffer = new Uint8Array(64 * 1024);
  while (true) {
    const length = await client.read(buffer);
    if (length === null) throw new Error("the client closed the connection");
    for (const frame of reader.read(buffer.slice(0, length))) {
      if (frame.type !== "synStream") return;
      if (new TextDecoder().decode(frame.block).includes("stdout")) return;
      await writeBytes(client, encodeSynReply(frame.streamId, new Uint8Array(0)));
    }
  }
}

for (
  const [what, options] of [
    ["with a deadline", () => ({ deadlineMs: 30_000 })],
    ["without a stdin", () => ({ silenceMs: 30_000 })],
    ["whose stdin has ended", () => ({ silenceMs: 30_000, stdin: new Blob(["x"]).stream() })],
    ["that waits for an answer", () => ({
      silenceMs: 30_000,
      stdin: new ReadableStream<Uint8Array>(),
      isAwaited: () => true,
    })],
    ["whose bytes are not taken", () => ({ silenceMs: 30_000, stdin: endless() })],
  ] as const
) {
  for (const [protocol, open] of [["websocket", upgrade], ["spdy", upgradeToSpdy]] as const) {
    Deno.test(`a connection by ${protocol} that is open and dead ends a command ${what}`, async () => {
      await using place = serve(open, { execProtocol: protocol });
      const running = place.kube.exec({ ...PLACE, command: ["true"], ...options() });
      assert.match(await rejection(running, ClusterError), /: no answer for 30 s\n/);
    });
  }
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)),
  });
}

Deno.test("after a request without an answer, the next one is sent over another connection", async () => {
  const metadata = { name: "p", namespace: "n", uid: "u" };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => Response.json({ kind: "Pod", metadata }),
  );
  const proxy = new FaultyProxy({ hostname: "127.0.0.1", port: server.addr.port });
  const connection = {
    server: `http://127.0.0.1:${proxy.port}`,
    namespace: "ns",
    tls: {},
    credentials: () => Promise.resolve({ headers: [] }),
  };
  const kube = new KubeClient(new NetworkTransport(connection, quick), "ns");
  await Promise.all([get(kube), get(kube)]);
  const before = proxy.connections;
  proxy.swallowAll();
  assert.match(await rejection(get(kube), ClusterError), /: no answer in time\n/);
  assert.equal(proxy.connections, before);
  assert.equal((await get(kube)).metadata.name, "p");
  assert.equal(proxy.connections, before + 1);
  await proxy[Symbol.asyncDispose]();
  await server.shutdown();
});
