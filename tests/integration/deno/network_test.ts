/** The transport over the real network on loopback: what reaches the server. */
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Server } from "node:net";
import type { TLSSocket } from "node:tls";
import { dial } from "../../../src/deno/network/dial/dial.ts";
import { HttpClient } from "../../../src/deno/network/http_client.ts";
import type { Credentials } from "../../../src/deno/network/kubeconfig.ts";
import type { NetworkTransport } from "../../../src/deno/network/transport.ts";
import { ConnectError } from "../../../src/kube/transport.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { Listening } from "../../support/proxies.ts";
import { close, echoed, isOpen, serve, transportTo } from "./loopback.ts";
import { encodedHeader } from "../../../src/deno/network/kubeconfig/headers.ts";
import { Renewal } from "../../../src/deno/network/kubeconfig/renewal.ts";

/** Returns these tokens in turn, the last one again and again. */
function tokens(...given: string[]) {
  const state = { asked: 0 };
  const renewal = new Renewal<Credentials>(() => {
    const token = given[Math.min(state.asked++, given.length - 1)];
    return Promise.resolve({ value: { headers: [["Authorization", `Bearer ${token}`]] } });
  });
  const credentials = (refused?: Credentials) => renewal.get(refused);
  return Object.assign(state, { credentials });
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

Deno.test("after a 401 the transport gets new credentials and keeps using them", async () => {
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

Deno.test("simultaneous 401s renew the credentials once", async () => {
  const source = tokens("old", "new");
  const all = Promise.withResolvers<void>();
  let refused = 0;
  await using place = serve(async (request) => {
    const isNew = request.headers.get("authorization") === "Bearer new";
    if (isNew || request.url.endsWith("/first")) return new Response("welcome");
    if (++refused === 3) all.resolve();
    await all.promise;
    return new Response("no", { status: 401 });
  }, source.credentials);
  await (await place.transport.request("/first")).text(); // others wait for its connection
  const get = async () => await (await place.transport.request("/api")).text();
  assert.deepEqual(await Promise.all([get(), get(), get()]), ["welcome", "welcome", "welcome"]);
  assert.equal(source.asked, 2);
});

Deno.test("a renewal that fails leaves the next request to try again", async () => {
  let asked = 0;
  const credentials = (refused?: Credentials): Promise<Credentials> => {
    if (refused === undefined) return Promise.resolve({ headers: [] });
    return ++asked === 1
      ? Promise.reject(new Error("no plugin"))
      : Promise.resolve({ headers: [["Authorization", "Bearer new"]] });
  };
  await using place = serve(
    ({ headers }) => new Response("", { status: headers.has("authorization") ? 200 : 401 }),
    credentials,
  );
  await assert.rejects(place.transport.request("/api"), /no plugin/);
  assert.equal((await place.transport.request("/api")).status, 200);
});

Deno.test("a new token keeps the connection, and a new certificate opens another", async () => {
  await using place = await serveTls();
  const { ca, cert, key, url } = place;
  const next = await makeCertificates();
  let current: Credentials = { headers: [["Authorization", "Bearer a"]] };
  const transport = transportTo(url, {
    tls: { ca: [ca] },
    credentials: () => Promise.resolve(current),
  });
  const name = async () => await (await transport.request("/")).text();
  assert.equal(await name(), "nobody");
  current = { headers: [], certificate: { cert, key } };
  assert.equal(await name(), "127.0.0.1");
  current = { headers: [], certificate: { cert: next.cert, key: next.key } };
  assert.equal(await name(), "127.0.0.1");
});

/** Serves once, and returns the lines of the request's head. */
async function headOf(ask: (url: string) => unknown): Promise<string[]> {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  void ask(`http://127.0.0.1:${listener.addr.port}`);
  using connection = await accepted;
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer);
  const end = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(end));
  return new TextDecoder().decode(buffer.subarray(0, length!)).split("\r\n");
}

for (const kind of ["request", "exec"] as const) {
  Deno.test(`each group has its own header, in UTF-8: ${kind}`, async () => {
    const headers = [["Impersonate-User", "jörg"], ["Impersonate-Group", "a"], [
      "Impersonate-Group",
      "b",
    ]] as const;
    const encoded = headers.map((header) => encodedHeader(header)!);
    const credentials = () => Promise.resolve({ headers: encoded });
    const ended = Promise.withResolvers<unknown>();
    const head = await headOf(async (url) => {
      const transport = transportTo(url, { credentials });
      if (kind === "request") return ended.resolve(await transport.request("/"));
      const socket = await transport.socket("/", ["v5"]);
      socket.addEventListener("error", () => socket.close());
      socket.addEventListener("close", () => ended.resolve(undefined));
    });
    const lines = head.map((line) => line.toLowerCase());
    assert.deepEqual(lines.filter((line) => line.startsWith("impersonate-")), [
      "impersonate-user: jörg",
      "impersonate-group: a",
      "impersonate-group: b",
    ]);
    await ended.promise;
  });
}

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

Deno.test("missing credentials are the error of the request", async () => {
  const error = new Error("no credentials");
  await using place = serve(() => new Response("x"), () => Promise.reject(error));
  await assert.rejects(place.transport.request("/api"), error);
});

Deno.test("an answer is the same with and without a signal: status, headers, body and its end", async () => {
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

Deno.test("a canceled stream ends on the server too", async () => {
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

Deno.test("a request whose signal has aborted is not sent", async () => {
  let requests = 0;
  await using place = serve(() => new Response(`${requests++}`));
  const reason = new Error("enough");
  await assert.rejects(
    place.transport.request("/api", { signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(requests, 0);
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

Deno.test("a ping of a websocket is answered by an event", async () => {
  await using place = serve((request) => Deno.upgradeWebSocket(request).response);
  const socket = await place.transport.socket("/", []);
  await isOpen(socket);
  const ponged = new Promise<void>((resolve) => socket.addEventListener("pong", resolve));
  socket.ping();
  await ponged;
  await close(socket);
});

Deno.test("a client certificate is sent to a server that the authority of the kubeconfig vouches for", async () => {
  await using place = await serveTls();
  const { ca, cert, key, url } = place;
  const credentials = () => Promise.resolve({ headers: [], certificate: { cert, key } });
  const known = transportTo(url, { tls: { ca: [ca] }, credentials });
  assert.equal(await (await known.request("/")).text(), "127.0.0.1");
  const unknown = transportTo(url, { tls: { ca: [ca] } });
  assert.equal(await (await unknown.request("/")).text(), "nobody");
});

Deno.test("a server with an untrusted certificate gets no request", async () => {
  await using place = await serveTls();
  await assert.rejects(transportTo(place.url, {}).request("/"), {
    name: "ConnectError",
    message: "its certificate is signed by an unknown authority",
  });
});

/** A server that counts its connections and keeps them open. */
function serveCounted(answer: (request: Request) => Response = () => new Response("ok")) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const proxy = new FaultyProxy({ hostname: "127.0.0.1", port: server.addr.port });
  const url = `http://127.0.0.1:${proxy.port}`;
  return {
    proxy,
    url,
    transport: transportTo(url, {}),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

async function askAll(transport: NetworkTransport, paths: string[]): Promise<string[]> {
  return await Promise.all(paths.map(async (path) => (await transport.request(path)).text()));
}

Deno.test("a connection is used again by the next request, and each request has its own", async () => {
  const paths = ["/1", "/2", "/3", "/4"];
  await using place = await serveCounted(({ url }) => new Response(new URL(url).pathname));
  for (let time = 0; time < 3; time++) {
    assert.deepEqual(await askAll(place.transport, paths), paths);
    assert.deepEqual(await askAll(place.transport, ["/5"]), ["/5"]);
  }
  assert.equal(place.proxy.connections, paths.length);
});

Deno.test("simultaneous requests are sent even if one gets no answer", async () => {
  const ended = Promise.withResolvers<void>();
  const server = http.createServer((request, response) => {
    if (request.url !== "/0") return response.end("ok");
    request.socket.on("close", () => ended.resolve());
  });
  await using listening = await Listening.on(server as unknown as Server);
  const transport = transportTo(`http://127.0.0.1:${listening.port}`, {});
  const stopped = new AbortController();
  const first = transport.request("/0", { signal: stopped.signal });
  assert.deepEqual(await askAll(transport, ["/1", "/2"]), ["ok", "ok"]);
  stopped.abort();
  await assert.rejects(first, { name: "AbortError" });
  await ended.promise;
});

/** Answers the first request of each connection, and hangs up at the second. */
async function serveOnce() {
  const requests: string[] = [];
  const server = net.createServer((socket) => {
    let seen = 0;
    socket.on("data", (bytes) => {
      requests.push(`${bytes}`.split(" ", 1)[0]);
      if (++seen > 1) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  const listening = await Listening.on(server);
  return {
    requests,
    transport: transportTo(`http://127.0.0.1:${listening.port}`, {}),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

Deno.test("a GET is sent again if its connection was closed meanwhile, a POST is not", async () => {
  await using place = await serveOnce();
  const { requests, transport } = place;
  assert.equal(await (await transport.request("/")).text(), "ok");
  assert.equal(await (await transport.request("/")).text(), "ok");
  assert.deepEqual(requests, ["GET", "GET", "GET"]);
  await assert.rejects(transport.request("/", { method: "POST", body: "x" }), (error) => {
    assert.ok(error instanceof Error && !(error instanceof ConnectError), `${error}`);
    return true;
  });
  assert.deepEqual(requests.slice(3), ["POST"]);
});

Deno.test("a connection that is idle for a while is closed", async () => {
  const ended = Promise.withResolvers<void>();
  await using listening = await Listening.on(net.createServer((socket) => {
    socket.on("end", () => ended.resolve());
    socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  }));
  const open = () => dial({ host: "127.0.0.1", port: listening.port }, {});
  const response = await new HttpClient(open, { idleMs: 10 }).send(new URL("http://x.test/"), {});
  assert.equal(await response.text(), "ok");
  await ended.promise;
});

Deno.test("a long answer may be packed, a stream is not", async () => {
  const long = "x".repeat(200_000);
  await using place = serve(async ({ headers }) => {
    if (!/\bgzip\b/.test(headers.get("accept-encoding") ?? "")) return new Response("plain");
    const packed = new Blob([long]).stream().pipeThrough(new CompressionStream("gzip"));
    const body = await new Response(packed).arrayBuffer();
    return new Response(body, { headers: { "content-encoding": "gzip" } });
  });
  assert.equal(await (await place.transport.request("/list")).text(), long);
  assert.equal(await (await place.transport.request("/log", { isStream: true })).text(), "plain");
});

Deno.test("with disable-compression no answer is packed", async () => {
  const accepted: (string | null)[] = [];
  await using place = serve((request) => {
    accepted.push(request.headers.get("accept-encoding"));
    return new Response("ok");
  });
  for (const disablesCompression of [true, false]) {
    const transport = transportTo(place.transport.server, { disablesCompression });
    await (await transport.request("/")).text();
  }
  assert.deepEqual(accepted, [null, "gzip"]);
});

Deno.test("a packed answer that is damaged or cut is an error of the answer", async () => {
  for (const bytes of [Uint8Array.of(1, 2, 3), Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)]) {
    await using place = serve(() =>
      new Response(bytes, { headers: { "content-encoding": "gzip" } })
    );
    const response = await place.transport.request("/");
    await assert.rejects(response.text());
  }
});

Deno.test("the path of the server's URL comes first", async () => {
  await using place = await serveCounted(({ url }) => new Response(new URL(url).pathname));
  const transport = transportTo(`${place.url}/k8s/clusters/c-1`, {});
  assert.equal(await (await transport.request("/api")).text(), "/k8s/clusters/c-1/api");
});

Deno.test("a refused websocket has the answer, which can be read until it is closed", async () => {
  const text = "x".repeat(100_000);
  await using place = serve(() => new Response(text, { status: 403 }));
  const socket = await place.transport.socket("/", ["v5"]);
  await new Promise<void>((resolve) => socket.addEventListener("error", resolve));
  assert.equal(socket.refusal?.status, 403);
  assert.equal(await socket.refusal.text(), text);
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.close();
  await closed;
});
