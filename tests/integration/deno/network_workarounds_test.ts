/**
 * The workarounds of src/deno for faults of Deno. Each fault has a separate test. If that test
 * fails, Deno is fixed, and the workaround that its message names can be removed.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { until } from "../../support/fake_transport.ts";
import {
  close,
  deadline,
  isOpen,
  makeBuffersSmall,
  noDelays,
  readSlowly,
  serve,
  socketOptions,
  transportTo,
} from "./loopback.ts";

/** How a stream and a pending answer end whose signal aborts after a garbage collection. */
async function abortAfterCollection(by: "fetch" | "transport"): Promise<Record<string, string>> {
  const script = new URL("abort_after_gc.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--v8-flags=--expose-gc", script, by],
    stdout: "piped",
    signal: AbortSignal.timeout(30_000),
  });
  const { stdout } = await child.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("Deno forgets the signal of an open stream when it collects garbage", async () => {
  const { stream } = await abortAfterCollection("fetch");
  assert.equal(stream, "forgotten", "remove `abortable` from src/deno/network/transport.ts");
});

Deno.test("an abort after a garbage collection ends a stream and a pending answer", async () => {
  assert.deepEqual(await abortAfterCollection("transport"), {
    stream: "ended: enough",
    answer: "ended: enough",
  });
});

/** The option that the system has for loopback sockets is read from /proc. */
const ignore = Deno.build.os !== "linux";
const MESSAGE = new Uint8Array(1 << 20);
/** Whether a message ends where the system takes no more is chance, about one in two. */
const CONNECTIONS = 12;

Deno.test({
  name: "Deno keeps the end of a message over TLS until something else is sent",
  ignore,
  async fn() {
    const { ca, cert, key } = await makeCertificates();
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    using client = Deno.createHttpClient({ caCerts: [ca] });
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      const arrived = readSlowly(listener, MESSAGE.length);
      const socket = new WebSocket(`wss://127.0.0.1:${listener.addr.port}`, { client });
      await isOpen(socket);
      makeBuffersSmall();
      socket.send(MESSAGE);
      const isLate = await deadline(arrived, 1_000).then(() => false, () => true);
      const { bufferedAmount } = socket;
      if (isLate) socket.send(new Uint8Array(0));
      await deadline(arrived, 10_000);
      await close(socket);
      if (isLate && bufferedAmount === 0) return;
    }
    assert.fail("remove FlushedSocket from src/deno/network/transport.ts");
  },
});

Deno.test({
  name: "all of a message over TLS arrives at a slow reader though nothing is sent after it",
  ignore,
  async fn() {
    const { ca, cert, key } = await makeCertificates();
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    const transport = transportTo(`https://127.0.0.1:${listener.addr.port}`, { tls: { ca: [ca] } });
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      const arrived = readSlowly(listener, MESSAGE.length);
      const socket = await transport.socket("/exec", []);
      socket.addEventListener("open", () => {
        makeBuffersSmall();
        socket.send(MESSAGE);
      });
      await deadline(arrived, 10_000);
      await close(socket);
    }
  },
});

/** Answers requests and opens websockets. */
function serveBoth(request: Request): Response {
  if (request.headers.get("upgrade") === null) return new Response("ok");
  return Deno.upgradeWebSocket(request).response;
}

const [SOL_SOCKET, SO_KEEPALIVE, IPPROTO_TCP] = [1, 9, 6];
const [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT] = [4, 5, 6];

Deno.test({
  name: "Deno sets neither TCP_NODELAY nor keep-alive on the connections that it opens",
  ignore,
  async fn() {
    await using place = serve(serveBoth);
    using client = Deno.createHttpClient({});
    const { server } = place.transport;
    await (await fetch(server, { client })).text();
    const socket = new WebSocket(server.replace("http", "ws"), { client });
    await isOpen(socket);
    const port = Number(new URL(server).port);
    const remove = "remove src/deno/network/socket_options.ts";
    assert.deepEqual(noDelays(port), [false, false], `${remove}: TCP_NODELAY`);
    assert.deepEqual(
      socketOptions(port, SOL_SOCKET, SO_KEEPALIVE),
      [0, 0],
      `${remove}: keep-alive`,
    );
    await close(socket);
  },
});

Deno.test({
  name: "a small message does not wait until the one before it is acknowledged",
  ignore,
  async fn() {
    await using place = serve(serveBoth);
    const port = Number(new URL(place.transport.server).port);
    assert.deepEqual(noDelays(port), []);
    await (await place.transport.request("/")).text();
    assert.deepEqual(noDelays(port), [true]);
    const socket = await place.transport.socket("/", []);
    await isOpen(socket);
    assert.deepEqual(noDelays(port), [true, true]);
    await close(socket);
  },
});

Deno.test({
  name: "a handshake does not wait until the message before it is acknowledged",
  ignore,
  async fn() {
    // A server that never answers leaves both connections in the middle of the handshake.
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const transport = transportTo(`https://127.0.0.1:${port}`, {});
    const asking = new AbortController();
    const asked = transport.request("/", { signal: asking.signal });
    const first = await listener.accept();
    await until(() => isDeepStrictEqual(noDelays(port), [true]));
    const socket = await transport.socket("/", []);
    const second = await listener.accept();
    await until(() => isDeepStrictEqual(noDelays(port), [true, true]));
    asking.abort();
    await assert.rejects(asked);
    const closed = close(socket);
    for (const connection of [first, second]) connection.close();
    await closed;
  },
});

Deno.test({
  name: "a silent connection is probed, and breaks within a minute if the other side is gone",
  ignore,
  async fn() {
    await using place = serve(serveBoth);
    const port = Number(new URL(place.transport.server).port);
    await (await place.transport.request("/")).text();
    const socket = await place.transport.socket("/", []);
    await isOpen(socket);
    assert.deepEqual(socketOptions(port, SOL_SOCKET, SO_KEEPALIVE), [1, 1]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPIDLE), [30, 30]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPINTVL), [10, 10]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPCNT), [3, 3]);
    await close(socket);
  },
});
