/** Requests and websockets by every way to a server: proxies, names, trust, a path prefix. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Connection } from "../../../src/deno/network/kubeconfig.ts";
import { Authority } from "../../support/certificates.ts";
import { until } from "../../support/fake_transport.ts";
import { httpProxy, socksProxy } from "../../support/proxies.ts";
import {
  close,
  deadline,
  echoed,
  isOpen,
  makeBuffersSmall,
  noDelays,
  readSlowly,
  serve,
  socketOptions,
  transportTo,
} from "./loopback.ts";

const authority = await Authority.make();
const own = await authority.issue({
  name: "server",
  dns: ["localhost", "kube.test"],
  ips: ["127.0.0.1", "::1"],
});
const LOGIN = { user: "ada", password: "s3cret/@" };
const USERINFO = `${LOGIN.user}:${encodeURIComponent(LOGIN.password)}@`;

/** A TLS server that answers with the path, and sends back what a websocket sends. */
function serveTls(hostname = "127.0.0.1") {
  const listening = { port: 0, hostname, cert: own.cert, key: own.key, onListen() {} };
  const server = Deno.serve(listening, (request) => {
    if (request.headers.get("upgrade") === null) return new Response(new URL(request.url).pathname);
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "v5" });
    socket.onmessage = ({ data }) => {
      socket.send(data);
      socket.close();
    };
    return response;
  });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `https://${host}:${server.addr.port}`,
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function reaches(server: string, rest: Partial<Connection>): Promise<void> {
  const transport = transportTo(server, rest);
  const { pathname } = new URL(`${server}/api`);
  assert.equal(await (await transport.request("/api")).text(), pathname);
  assert.equal(await echoed(await transport.socket("/api/exec?x=y", ["v5", "v4"])), "hi");
}

const ca = [authority.pem];

Deno.test("with trust in an authority, in another name, and in any certificate", async () => {
  await using place = serveTls();
  await reaches(place.url, { tls: { ca } });
  await reaches(place.url, { tls: { ca, servername: "kube.test" } });
  await reaches(place.url, { tls: { insecure: true } });
  await reaches(`${place.url}/k8s/clusters/c-1`, { tls: { ca } });
  const two = [`# a comment\n${(await Authority.make()).pem}\n${authority.pem}\n`];
  await reaches(place.url, { tls: { ca: two } });
});

Deno.test("over IPv6, and by a name of both IPv4 and IPv6", async () => {
  await using place = serveTls("::1");
  await reaches(place.url, { tls: { ca } });
  await using four = serveTls();
  await reaches(`https://localhost:${four.port}`, { tls: { ca } });
});

Deno.test("through a proxy of each kind, with and without a password", async () => {
  await using place = serveTls();
  const server = `https://localhost:${place.port}`;
  for (const login of [undefined, LOGIN]) {
    const userinfo = login === undefined ? "" : USERINFO;
    await using plain = await httpProxy({ login });
    await using secure = await httpProxy({ login, tls: own });
    await using socks = await socksProxy({ login });
    for (
      const [proxy, scheme] of [
        [plain, "http"],
        [secure, "https"],
        [socks, "socks5"],
        [socks, "socks5h"],
      ] as const
    ) {
      await reaches(server, {
        tls: { ca },
        proxy: `${scheme}://${userinfo}127.0.0.1:${proxy.port}`,
      });
      assert.deepEqual([...new Set(proxy.asked)], [`localhost:${place.port}`]);
    }
  }
});

Deno.test("a proxy that refuses is the error of requests and of websockets", async () => {
  await using place = serveTls();
  await using proxy = await httpProxy({ refuses: "403 Forbidden" });
  const transport = transportTo(place.url, {
    tls: { ca },
    proxy: `http://${USERINFO}127.0.0.1:${proxy.port}`,
  });
  const expected = {
    name: "ConnectError",
    message: `its proxy http://127.0.0.1:${proxy.port} does not connect to ` +
      `127.0.0.1:${place.port} (403 Forbidden)`,
  };
  await assert.rejects(transport.request("/"), expected);
  await assert.rejects(transport.socket("/", []), expected);
});

/** The options that the system has for loopback sockets are read from /proc. */
const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "all of a message over TLS arrives at a slow reader though nothing is sent after it",
  ignore,
  async fn() {
    const { cert, key } = own;
    const bytes = 1 << 20;
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    const transport = transportTo(`https://127.0.0.1:${listener.addr.port}`, { tls: { ca } });
    for (let connection = 0; connection < 12; connection++) {
      const arrived = readSlowly(listener, bytes);
      const socket = await transport.socket("/exec", []);
      socket.addEventListener("open", () => {
        makeBuffersSmall();
        socket.send(new Uint8Array(bytes));
      });
      await deadline(arrived, 10_000);
      await close(socket);
    }
  },
});

Deno.test({
  name: "a small message waits for no acknowledgment, and a silent connection is probed",
  ignore,
  async fn() {
    await using place = serve((request) =>
      request.headers.get("upgrade") === null
        ? new Response("ok")
        : Deno.upgradeWebSocket(request).response
    );
    const port = Number(new URL(place.transport.server).port);
    await (await place.transport.request("/")).text();
    const socket = await place.transport.socket("/", []);
    await isOpen(socket);
    const [SOL_SOCKET, SO_KEEPALIVE, IPPROTO_TCP, TCP_KEEPIDLE] = [1, 9, 6, 4];
    assert.deepEqual(noDelays(port), [true, true]);
    assert.deepEqual(socketOptions(port, SOL_SOCKET, SO_KEEPALIVE), [1, 1]);
    assert.deepEqual(socketOptions(port, IPPROTO_TCP, TCP_KEEPIDLE), [30, 30]);
    await close(socket);
  },
});

Deno.test({
  name: "a handshake waits for no acknowledgment either",
  ignore,
  async fn() {
    // A server that never answers leaves the connection in the middle of the handshake.
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const asking = new AbortController();
    const asked = transportTo(`https://127.0.0.1:${port}`, { tls: { ca } })
      .request("/", { signal: asking.signal });
    using _connection = await listener.accept();
    await until(() => isDeepStrictEqual(noDelays(port), [true]));
    asking.abort();
    await assert.rejects(asked, { name: "AbortError" });
  },
});
