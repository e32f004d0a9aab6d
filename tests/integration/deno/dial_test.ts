/** Connections to servers of the test, directly and through proxies. */
import assert from "node:assert/strict";
import https from "node:https";
import net, { type Server, type Socket } from "node:net";
import tls, { type TlsOptions, type TLSSocket } from "node:tls";
import { dial, type DialOptions } from "../../../src/deno/network/dial/dial.ts";
import { ConnectError } from "../../../src/kube/transport.ts";
import { Authority, inVersion1 } from "../../support/certificates.ts";
import { httpProxy, Listening, socksProxy } from "../../support/proxies.ts";

const authority = await Authority.make();
const own = await authority.issue({
  name: "server",
  dns: ["localhost", "kube.test"],
  ips: ["127.0.0.1", "::1"],
});

/** A TLS server that answers with the server name and the client of the handshake. */
async function serveTls({ hostname = "127.0.0.1", certificate = own } = {}) {
  const options = {
    ...certificate,
    ca: authority.pem,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = https.createServer(options, ({ socket }, response) => {
    const { servername } = socket as TLSSocket & { servername?: string };
    const client = (socket as TLSSocket).getPeerCertificate()?.subject?.CN;
    response.setHeader("connection", "close");
    response.end(`${servername || "no name"}, ${client ?? "nobody"}`);
  });
  const listening = await Listening.on(server as unknown as Server, hostname);
  return {
    target: { host: hostname, port: listening.port },
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

/** Sends a request and returns the body of the answer. */
async function ask(socket: Socket): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  let text = "";
  for await (const bytes of socket) text += bytes;
  return text.slice(text.indexOf("\r\n\r\n") + 4).replace(/^\w+\r\n|\r\n0\r\n\r\n$/g, "");
}

async function answer(
  target: { host: string; port: number },
  options: DialOptions,
): Promise<string> {
  return await ask(await dial(target, options));
}

/** Returns the words of the ConnectError, with "PORT" for the ports. */
async function words(target: { host: string; port: number }, options: DialOptions) {
  let found: unknown;
  await dial(target, options).then((socket) => socket.destroy(), (error) => found = error);
  assert.ok(found instanceof ConnectError, String(found));
  assert.doesNotMatch(`${found.stack} ${Deno.inspect(found.cause)}`, /s3cret/);
  return `${found.message} | ${found.hint}`.replaceAll(/(?<=[\d\]]:)\d+/g, "PORT");
}

const ca = [authority.pem];

Deno.test("TLS to an address and to a name, of IPv4 and IPv6", async () => {
  await using four = await serveTls();
  assert.equal(await answer(four.target, { tls: { ca } }), "no name, nobody");
  const named = { ...four.target, host: "localhost" };
  assert.equal(await answer(named, { tls: { ca } }), "localhost, nobody");
  await using six = await serveTls({ hostname: "::1" });
  assert.equal(await answer(six.target, { tls: { ca } }), "no name, nobody");
});

Deno.test("a client certificate, another server name, and any certificate", async () => {
  await using server = await serveTls();
  const client = await authority.issue({ name: "ada" });
  const tls = { ca, ...client, servername: "kube.test" };
  assert.equal(await answer(server.target, { tls }), "kube.test, ada");
  assert.equal(await answer(server.target, { tls: { insecure: true } }), "no name, nobody");
});

Deno.test("another server name may be an address, as with kubectl", async () => {
  await using server = await serveTls({ hostname: "::1" });
  for (const servername of ["127.0.0.1", "::1", "[::1]"]) {
    assert.equal(await answer(server.target, { tls: { ca, servername } }), "no name, nobody");
  }
  assert.match(
    await words(server.target, { tls: { ca, servername: "192.0.2.9" } }),
    /^its certificate is not for 192\.0\.2\.9: it is for /,
  );
});

Deno.test("a certificate that is not trusted, and why", async () => {
  await using server = await serveTls();
  const other = [(await Authority.make()).pem];
  assert.equal(
    await words(server.target, { tls: { ca: other } }),
    "its certificate is signed by an unknown authority | " +
      'check certificate-authority in the kubeconfig: "test CA" signs it',
  );
  assert.match(
    await words(server.target, { tls: { ca, servername: "other.test" } }),
    /^its certificate is not for other\.test: it is for localhost, kube\.test, .*\| tls-server-name/,
  );
  const certificate = await authority.issue({
    name: "old",
    ips: ["127.0.0.1"],
    isExpired: true,
  });
  await using old = await serveTls({ certificate });
  assert.match(
    await words(old.target, { tls: { ca } }),
    /^its certificate has expired on \d{4}-\d\d-\d\d \|/,
  );
});

Deno.test("a certificate that is not for servers, or has no names, is not called untrusted", async () => {
  const ada = await authority.issue({ name: "ada", ips: ["127.0.0.1"], isForClients: true });
  await using client = await serveTls({ certificate: ada });
  assert.match(
    await words(client.target, { tls: { ca } }),
    /^its certificate is for clients, not for servers \(extended key usage\) \|/,
  );
  await using nameless = await serveTls({
    certificate: await authority.issue({ name: "localhost" }),
  });
  assert.match(
    await words({ ...nameless.target, host: "localhost" }, { tls: { ca } }),
    /^its certificate has a common name, but no names that count \(subjectAltName\) \|/,
  );
  await using named = await serveTls();
  assert.match(
    await words(named.target, { tls: { ca: [own.cert] } }),
    /^its certificate is the certificate-authority itself, but another one has signed it \|/,
  );
});

Deno.test("nobody stands in for a server by the name of its authority", async () => {
  const forged = await Authority.make(); // its name is that of the trusted one
  const leaf = await forged.issue({ name: "localhost", dns: ["localhost"] });
  const between = await Authority.make("between");
  const below = await between.issue({ name: "server", ips: ["127.0.0.1"] });
  const { cert } = await forged.issue({ name: "between" });
  for (
    const [host, certificate] of [
      ["localhost", leaf],
      ["localhost", { ...leaf, cert: inVersion1(leaf.cert) }],
      ["127.0.0.1", { ...below, cert: `${below.cert}\n${cert}` }],
      ["127.0.0.1", { ...below, cert: `${below.cert}\n${inVersion1(cert)}` }],
    ] as const
  ) {
    await using server = await serveTls({ certificate });
    assert.match(
      await words({ ...server.target, host }, { tls: { ca } }),
      /^its certificate is signed by an unknown authority \|/,
    );
  }
});

Deno.test("a server that refuses the handshake, and why", async () => {
  const refusals: [TlsOptions, RegExp][] = [
    [{ ALPNProtocols: ["h2"] }, /^it does not speak HTTP\/1\.1 \| let the gateway/],
    [
      { requestCert: true, maxVersion: "TLSv1.2" },
      /^it refuses the handshake: .*client certificate/,
    ],
  ];
  for (const [options, expected] of refusals) {
    const server = tls.createServer({ ...own, ca: authority.pem, ...options });
    await using listening = await Listening.on(server as unknown as Server);
    const target = { host: "127.0.0.1", port: listening.port };
    assert.match(await words(target, { tls: { ca } }), expected);
  }
});

Deno.test("a server that is not there, or speaks no TLS", async () => {
  const listening = await Listening.on(net.createServer((socket) => socket.end("hello\r\n")));
  const target = { host: "127.0.0.1", port: listening.port };
  assert.match(
    await words(target, { tls: { ca } }),
    /^it does not speak TLS \| does its URL begin/,
  );
  await listening[Symbol.asyncDispose]();
  assert.match(await words(target, { tls: { ca } }), /^connection refused \| is it up/);
  const unknown = { host: "nowhere.invalid", port: 1 };
  assert.match(await words(unknown, {}), /^its name can't be resolved \| /);
});

const LOGIN = { user: "ada", password: "s3cret/@:" };
const USERINFO = `${LOGIN.user}:${encodeURIComponent(LOGIN.password)}@`;

Deno.test("through an HTTP proxy, with and without a password", async () => {
  await using server = await serveTls();
  await using open = await httpProxy();
  const through = (proxy: string) => answer(server.target, { tls: { ca }, proxy });
  assert.equal(await through(`http://127.0.0.1:${open.port}`), "no name, nobody");
  assert.deepEqual(open.asked, [`127.0.0.1:${server.target.port}`]);
  await using closed = await httpProxy({ login: LOGIN });
  assert.equal(await through(`http://${USERINFO}127.0.0.1:${closed.port}`), "no name, nobody");
});

Deno.test("through an HTTP proxy to IPv6 and to a server without TLS", async () => {
  await using proxy = await httpProxy();
  const url = `http://127.0.0.1:${proxy.port}`;
  await using six = await serveTls({ hostname: "::1" });
  assert.equal(await answer(six.target, { tls: { ca }, proxy: url }), "no name, nobody");
  assert.deepEqual(proxy.asked, [`[::1]:${six.target.port}`]);
  await using plain = await Listening.on(net.createServer((socket) => socket.end("\r\n\r\nhi")));
  assert.equal(await answer({ host: "127.0.0.1", port: plain.port }, { proxy: url }), "hi");
});

Deno.test("through a proxy that speaks TLS, with the authority of the cluster", async () => {
  await using server = await serveTls();
  await using proxy = await httpProxy({ tls: own, login: LOGIN });
  const url = `https://${USERINFO}127.0.0.1:${proxy.port}`;
  assert.equal(await answer(server.target, { tls: { ca }, proxy: url }), "no name, nobody");
  const insecure = { tls: { insecure: true }, proxy: url };
  assert.equal(await answer(server.target, insecure), "no name, nobody");
  assert.match(
    await words(server.target, { tls: { ca: [] }, proxy: url }),
    /^its proxy https:\/\/127\.0\.0\.1:PORT does not work: its certificate is signed by an unknown/,
  );
});

Deno.test("through a SOCKS5 proxy, which resolves names", async () => {
  await using server = await serveTls();
  const names = { "kube.test": "127.0.0.1" };
  await using open = await socksProxy({ names });
  const url = `socks5://127.0.0.1:${open.port}`;
  const target = { ...server.target, host: "kube.test" };
  assert.equal(await answer(target, { tls: { ca }, proxy: url }), "kube.test, nobody");
  assert.deepEqual(open.asked, [`kube.test:${server.target.port}`]);
  await using closed = await socksProxy({ names, login: LOGIN });
  const login = `socks5h://${USERINFO}127.0.0.1:${closed.port}`;
  assert.equal(await answer(target, { tls: { ca }, proxy: login }), "kube.test, nobody");
  await using six = await serveTls({ hostname: "::1" });
  assert.equal(await answer(six.target, { tls: { ca }, proxy: url }), "no name, nobody");
});

Deno.test("a proxy that fails is named, and its password is not", async () => {
  await using server = await serveTls();
  const through = (proxy: string) => words(server.target, { tls: { ca }, proxy });
  const gone = await httpProxy();
  await gone[Symbol.asyncDispose]();
  assert.equal(
    await through(`http://${USERINFO}127.0.0.1:${gone.port}`),
    "its proxy http://127.0.0.1:PORT does not work: connection refused | " +
      "is the proxy up, and is its URL in the kubeconfig or in HTTPS_PROXY right?",
  );
  assert.match(
    await through(`socks5://${USERINFO}127.0.0.1:${gone.port}`),
    /^its proxy socks5:\/\/127\.0\.0\.1:PORT does not work: connection refused \|/,
  );
  await using closed = await httpProxy({ login: LOGIN });
  assert.match(
    await through(`http://127.0.0.1:${closed.port}`),
    /asks for a user and a password \(407 Proxy Authentication Required\) \| put them into the URL/,
  );
  assert.match(
    await through(`http://ada:s3cret@127.0.0.1:${closed.port}`),
    /does not accept the user and password \(407 Proxy Authentication Required\) \| check them/,
  );
  await using strict = await httpProxy({ refuses: "403 Forbidden" });
  assert.match(
    await through(`http://127.0.0.1:${strict.port}`),
    /does not connect to 127\.0\.0\.1:PORT \(403 Forbidden\) \| may the proxy connect there/,
  );
  await using lost = await httpProxy({ refuses: "503 Service Unavailable" });
  assert.match(await through(`http://127.0.0.1:${lost.port}`), /cannot reach .* \(503 Service/);
  await using socks = await socksProxy({ login: LOGIN });
  for (const [userinfo, pattern] of [["", /asks for a user/], ["ada:s3cret@", /not accept/]]) {
    assert.match(await through(`socks5://${userinfo}127.0.0.1:${socks.port}`), pattern as RegExp);
  }
  await using full = await socksProxy({ refuses: 5 });
  assert.match(
    await through(`socks5://127.0.0.1:${full.port}`),
    / cannot reach 127\.0\.0\.1:PORT \(connection refused\) \| may/,
  );
});

Deno.test("a proxy that asks for another login than Basic is named, with the login", async () => {
  await using server = await serveTls();
  const headers = ["Proxy-Authenticate: Negotiate", 'Proxy-Authenticate: NTLM realm="x"'];
  const through = async (proxy: { port: number }) =>
    await words(server.target, { tls: { ca }, proxy: `http://127.0.0.1:${proxy.port}` });
  await using company = await httpProxy({ login: LOGIN, headers });
  assert.match(
    await through(company),
    /asks for a login by Negotiate or NTLM, which is not supported \| name a proxy on this machine/,
  );
  const basic = [...headers, 'Proxy-Authenticate: basic realm="x"'];
  await using both = await httpProxy({ login: LOGIN, headers: basic });
  assert.match(await through(both), /asks for a user and a password/);
});

Deno.test("the answer of a proxy may have long headers", async () => {
  await using server = await serveTls();
  await using proxy = await httpProxy({ headers: [`X-Trace: ${"x".repeat(60_000)}`] });
  const options = { tls: { ca }, proxy: `http://127.0.0.1:${proxy.port}` };
  assert.equal(await answer(server.target, options), "no name, nobody");
});

Deno.test("a password that SOCKS cannot carry is an error of the proxy", async () => {
  await using socks = await socksProxy({ login: LOGIN });
  for (const userinfo of [`${"ü".repeat(128)}:p`, `u:${"p".repeat(256)}`]) {
    assert.equal(
      await words({ host: "127.0.0.1", port: 1 }, {
        proxy: `socks5://${userinfo}@127.0.0.1:${socks.port}`,
      }),
      "its proxy socks5://127.0.0.1:PORT cannot take the user and password: " +
        "SOCKS5 has room for 255 bytes of each | check them in the URL of the proxy; " +
        "there, %40 stands for @ and %3A for :",
    );
  }
});

Deno.test("a proxy that speaks another protocol is named", async () => {
  await using ssh = await Listening.on(net.createServer((socket) => socket.end("SSH-2.0-x\r\n")));
  const target = { host: "127.0.0.1", port: 1 };
  for (const scheme of ["http", "https", "socks5"]) {
    assert.match(
      await words(target, { proxy: `${scheme}://127.0.0.1:${ssh.port}` }),
      /^its proxy \w+:\/\/127\.0\.0\.1:PORT does not work: /,
    );
  }
});

/** Accepts connections and never answers. */
function silent() {
  return Listening.on(net.createServer(() => {}));
}

Deno.test("each hop ends at the deadline, and at once at the signal", async () => {
  await using quiet = await silent();
  const here = { host: "127.0.0.1", port: quiet.port };
  const proxies = ["http", "https", "socks5"].map((one) => `${one}://127.0.0.1:${quiet.port}`);
  for (const proxy of [undefined, ...proxies]) {
    const options = { tls: { ca }, proxy };
    assert.match(
      await words(here, { ...options, deadlineMs: 50 }),
      /^no connection.* within 0.05 s/,
    );
    const enough = new AbortController();
    const dialing = dial(here, options, enough.signal);
    enough.abort(new Error("enough"));
    await assert.rejects(dialing, /enough/);
    await assert.rejects(dial(here, options, AbortSignal.abort(new Error("before"))), /before/);
  }
});
