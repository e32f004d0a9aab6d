/** The real network on loopback: what of a connection reaches a server. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import https from "node:https";
import { isDeepStrictEqual } from "node:util";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Connection, Credentials } from "../../../src/deno/kubeconfig.ts";
import { NetworkTransport } from "../../../src/deno/network.ts";
import type { Socket } from "../../../src/kube/transport.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { until } from "../../support/fake_transport.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";

/** A server on loopback until disposed of, and a transport to it. */
function serve(
  answer: (request: Request) => Response | Promise<Response>,
  credentials: Connection["credentials"] = () => Promise.resolve({ headers: {} }),
) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const transport = transportTo(`http://127.0.0.1:${server.addr.port}`, { credentials });
  return { transport, [Symbol.asyncDispose]: () => server.shutdown() };
}

function transportTo(server: string, rest: Partial<Connection>): NetworkTransport {
  const credentials = () => Promise.resolve({ headers: {} });
  const connection = { server, namespace: "default", credentials, ...rest };
  return new NetworkTransport(connection, () => Promise.resolve());
}

/** Gives these tokens, one after the other, the last one for ever. */
function tokens(...given: string[]): { asked: number; credentials: () => Promise<Credentials> } {
  const state = {
    asked: 0,
    credentials: () => {
      const token = given[Math.min(state.asked++, given.length - 1)];
      return Promise.resolve({ headers: { Authorization: `Bearer ${token}` } });
    },
  };
  return state;
}

Deno.test("a request carries method, body, headers and the bearer token", async () => {
  const { credentials } = tokens("secret");
  await using place = serve(async (request) => {
    const { method, headers } = request;
    const body = await request.text();
    return Response.json([
      method,
      new URL(request.url).pathname,
      headers.get("authorization"),
      headers.get("accept"),
      headers.get("content-type"),
      body,
    ]);
  }, credentials);
  const response = await place.transport.request("/api/v1/x", {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: "{}",
  });
  assert.deepEqual(await response.json(), [
    "PATCH",
    "/api/v1/x",
    "Bearer secret",
    "application/json",
    "application/merge-patch+json",
    "{}",
  ]);
});

Deno.test("after a 401 the credentials are asked for again, and used from then on", async () => {
  const seen: (string | null)[] = [];
  const source = tokens("old", "new");
  await using place = serve((request) => {
    seen.push(request.headers.get("authorization"));
    const isNew = seen.at(-1) === "Bearer new";
    return new Response(isNew ? "welcome" : "no", { status: isNew ? 200 : 401 });
  }, source.credentials);
  assert.equal(await (await place.transport.request("/api")).text(), "welcome");
  assert.equal(await (await place.transport.request("/api")).text(), "welcome");
  assert.deepEqual(seen, ["Bearer old", "Bearer new", "Bearer new"]);
  assert.equal(source.asked, 2);
});

Deno.test("a second 401 is the answer", async () => {
  let requests = 0;
  const source = tokens("bad");
  await using place = serve(() => {
    requests++;
    return new Response("no", { status: 401 });
  }, source.credentials);
  const response = await place.transport.request("/api");
  assert.deepEqual([response.status, await response.text(), requests, source.asked], [
    401,
    "no",
    2,
    2,
  ]);
});

Deno.test("credentials that can't be had are the request's error", async () => {
  const error = new Error("no credentials");
  await using place = serve(() => new Response("x"), () => Promise.reject(error));
  await assert.rejects(place.transport.request("/api"), error);
});

Deno.test("with a signal an answer is as without: status, headers, body and its end", async () => {
  await using place = serve((request) =>
    request.url.endsWith("/none")
      ? new Response(null, { status: 204 })
      : new Response("x".repeat(300_000), { status: 409, headers: { "x-kind": "y" } })
  );
  const { signal } = new AbortController();
  const response = await place.transport.request("/some", { signal });
  assert.deepEqual([response.status, response.headers.get("x-kind")], [409, "y"]);
  assert.equal((await response.text()).length, 300_000);
  const none = await place.transport.request("/none", { signal });
  assert.deepEqual([none.status, await none.text()], [204, ""]);
});

Deno.test("one who cancels a stream ends it on the server too", async () => {
  const ended = Promise.withResolvers<void>();
  await using place = serve(() => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
      cancel: () => ended.resolve(),
    });
    return new Response(body);
  });
  const { signal } = new AbortController();
  const response = await place.transport.request("/api", { signal });
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await ended.promise;
});

Deno.test("a signal that has aborted sends nothing", async () => {
  let requests = 0;
  await using place = serve(() => new Response(`${requests++}`));
  const reason = new Error("enough");
  await assert.rejects(
    place.transport.request("/api", { signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(requests, 0);
});

Deno.test("an abort after a garbage collection ends a stream, and an answer that is waited for", async () => {
  const script = new URL("abort_after_gc.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--v8-flags=--expose-gc", script],
    stdout: "piped",
    signal: AbortSignal.timeout(30_000),
  });
  const { stdout } = await child.output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    stream: "ended: enough",
    answer: "ended: enough",
  });
});

Deno.test("a websocket carries the bearer token and asks for its protocols", async () => {
  const { credentials } = tokens("secret");
  let asked: (string | null)[] = [];
  await using place = serve((request) => {
    const { headers } = request;
    asked = [headers.get("authorization"), headers.get("sec-websocket-protocol")];
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "v5" });
    socket.onmessage = ({ data }) => {
      socket.send(data);
      socket.close();
    };
    return response;
  }, credentials);
  const socket = await place.transport.socket("/api/exec?x=y", ["v5", "v4"]);
  assert.equal(await echoed(socket), "hi");
  assert.equal(socket.protocol, "v5");
  assert.deepEqual(asked, ["Bearer secret", "v5, v4"]);
});

/** What comes back of "hi", once the socket has closed. */
function echoed(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => socket.send(new TextEncoder().encode("hi")));
    socket.addEventListener("message", ({ data }) => {
      text += new TextDecoder().decode(data as ArrayBuffer);
    });
    socket.addEventListener("error", () => reject(new Error("the socket failed")));
    socket.addEventListener("close", () => resolve(text));
  });
}

Deno.test({
  name: "all that is sent over TLS arrives at a slow reader, though nothing is sent after it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { ca, cert, key } = await makeCertificates();
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    const transport = transportTo(`https://127.0.0.1:${listener.addr.port}`, { caCerts: [ca] });
    const message = new Uint8Array(1 << 20);
    // Which of them end where the system takes no more is chance: about half.
    for (let connection = 0; connection < 8; connection++) {
      const arrived = readSlowly(listener, message.length);
      const socket = await transport.socket("/exec", []);
      socket.addEventListener("open", () => {
        makeBuffersSmall();
        socket.send(message);
      });
      await deadline(arrived, 10_000);
      await close(socket);
    }
  },
});

Deno.test({
  name: "a small message does not wait until the one before it is acknowledged",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      if (request.headers.get("upgrade") === null) return new Response("ok");
      return Deno.upgradeWebSocket(request).response;
    });
    const { port } = server.addr;
    const transport = transportTo(`http://127.0.0.1:${port}`, {});
    assert.deepEqual(noDelays(port), []);
    await (await transport.request("/")).text();
    assert.deepEqual(noDelays(port), [true]);
    const socket = await transport.socket("/", []);
    await new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
    assert.deepEqual(noDelays(port), [true, true]);
    await close(socket);
    await server.shutdown();
  },
});

Deno.test({
  name: "nor does a handshake wait for that",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // A server that never answers leaves them in the middle of it.
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

function close(socket: Socket): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.close();
  return closed;
}

Deno.test({
  name:
    "a connection on which nothing is said is probed, and breaks within a minute where nobody is there",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = serve((request) => {
      if (request.headers.get("upgrade") === null) return new Response("ok");
      return Deno.upgradeWebSocket(request).response;
    });
    const port = Number(new URL(place.transport.server).port);
    await (await place.transport.request("/")).text();
    const socket = await place.transport.socket("/", []);
    await new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
    const [SOL_SOCKET, SO_KEEPALIVE, IPPROTO_TCP] = [1, 9, 6];
    const [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT] = [4, 5, 6];
    assert.deepEqual(socketOptions(port, SOL_SOCKET, SO_KEEPALIVE), [1, 1]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPIDLE), [30, 30]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPINTVL), [10, 10]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPCNT), [3, 3]);
    await close(socket);
  },
});

/** Whether TCP_NODELAY is set, of each socket of this process that is connected to that port. */
function noDelays(port: number): boolean[] {
  const [IPPROTO_TCP, TCP_NODELAY] = [6, 1];
  return socketOptions(port, IPPROTO_TCP, TCP_NODELAY).map((value) => value !== 0);
}

/** The value of that option, of each socket of this process that is connected to that port. */
function socketOptions(port: number, level: number, option: number): number[] {
  using libc = openLibc();
  const peer = new DataView(new ArrayBuffer(16));
  const value = new Int32Array(1);
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const fd = Number(name);
    const isOne = libc.getpeername(fd, peer, Int32Array.of(16)) === 0 && peer.getUint16(2) === port;
    if (!isOne) continue;
    assert.equal(libc.getsockopt(fd, level, option, value, Int32Array.of(4)), 0);
    found.push(value[0]);
  }
  return found;
}

/** What the system keeps of what is sent, of every socket of this process: a network far away has no more on its way. */
function makeBuffersSmall(): void {
  using libc = openLibc();
  const [SOL_SOCKET, SO_SNDBUF] = [1, 7];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    libc.setsockopt(Number(name), SOL_SOCKET, SO_SNDBUF, Int32Array.of(16_384), 4);
  }
}

function openLibc() {
  const library = Deno.dlopen("libc.so.6", {
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  });
  return { ...library.symbols, [Symbol.dispose]: () => library.close() };
}

/** Takes one websocket, and ends it once so many bytes have come over it. */
async function readSlowly(listener: Deno.TlsListener, bytes: number): Promise<void> {
  using connection = await listener.accept();
  const buffer = new Uint8Array(16 * 1024);
  const read = async () => {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("the client has ended it");
    return buffer.subarray(0, length);
  };
  let request = "";
  while (!request.includes("\r\n\r\n")) request += new TextDecoder().decode(await read());
  const [, key] = /^sec-websocket-key: (\S+)/im.exec(request)!;
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  while (bytes > 0) {
    bytes -= (await read()).length;
    await new Promise((resolve) => setTimeout(resolve, 1)); // slower than the sender
  }
}

/** Rejects where it takes longer. */
async function deadline(promise: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error(`not within ${ms} ms`)), ms);
  await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** A TLS server that answers with the name in the client's certificate. */
async function serveTls() {
  const certificates = await makeCertificates();
  const { ca, cert, key } = certificates;
  const options = { cert, key, ca, requestCert: true, rejectUnauthorized: false };
  const server = https.createServer(options, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    response.setHeader("connection", "close");
    response.end(peer?.subject?.CN ?? "nobody");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...certificates,
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

Deno.test("a client certificate is sent, to a server that the kubeconfig's authority vouches for", async () => {
  await using place = await serveTls();
  const { ca, cert, key, url } = place;
  const credentials = () => Promise.resolve({ headers: {}, certificate: { cert, key } });
  const known = transportTo(url, { caCerts: [ca], credentials });
  assert.equal(await (await known.request("/")).text(), "127.0.0.1");
  const unknown = transportTo(url, { caCerts: [ca] });
  assert.equal(await (await unknown.request("/")).text(), "nobody");
});

Deno.test("a server that nobody vouches for is not talked to", async () => {
  await using place = await serveTls();
  await assert.rejects(transportTo(place.url, {}).request("/"), (error: Error) => {
    assert.match(String((error.cause as Error)?.message ?? error.message), /UnknownIssuer/);
    return true;
  });
});

/** A server that speaks HTTP/2, behind what counts its connections. */
async function serveHttp2() {
  const { ca, cert, key } = await makeCertificates();
  const options = { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} };
  const server = Deno.serve(options, (request) => new Response(new URL(request.url).pathname));
  const proxy = new FaultyProxy({ hostname: "127.0.0.1", port: server.addr.port });
  const transport = transportTo(`https://127.0.0.1:${proxy.port}`, { caCerts: [ca] });
  return {
    proxy,
    transport,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

const PATHS = ["/1", "/2", "/3", "/4", "/5", "/6"];

async function askAll(transport: NetworkTransport): Promise<string[]> {
  return await Promise.all(PATHS.map(async (path) => (await transport.request(path)).text()));
}

Deno.test("what is asked at once goes over one connection", async () => {
  await using place = await serveHttp2();
  assert.deepEqual(await askAll(place.transport), PATHS);
  assert.deepEqual(await askAll(place.transport), PATHS);
  assert.equal(place.proxy.connections, 1);
});

Deno.test("it is asked though the first has no answer", async () => {
  await using place = await serveHttp2();
  const stopped = new AbortController();
  const first = place.transport.request("/0", { signal: stopped.signal });
  const rest = askAll(place.transport);
  stopped.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.deepEqual(await rest, PATHS);
});
