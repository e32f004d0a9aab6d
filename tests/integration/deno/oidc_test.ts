/** Tokens of an OpenID Connect provider, which is a double on loopback with TLS. */
import assert from "node:assert/strict";
import { parse } from "npm:yaml@2.9.1";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { UsageError } from "../../../src/errors.ts";
import { RenewalError } from "../../../src/kube/status.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { rejection } from "../../support/refusal.ts";
import { authorization, Place } from "./kubeconfig_place.ts";
import { readWithAuthorities } from "./with_authorities.ts";

const FAR = 4_102_444_800;

function jwt(claims: object): string {
  const part = (value: object) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** A provider that takes each refresh-token once: r1, r2, … */
async function serveProvider(
  { lives = FAR, methods, answers }: {
    /** The end of the tokens, in seconds. */
    lives?: number;
    methods?: string[];
    /** Returns what the provider answers in place of a token. */
    answers?: () => Response | undefined;
  } = {},
) {
  const { ca, cert, key } = await makeCertificates();
  const state = { asked: [] as string[], next: 1, rotates: true };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} },
    async (request): Promise<Response> => {
      const issuer = `https://127.0.0.1:${server.addr.port}/realm`;
      if (request.url === `${issuer}/.well-known/openid-configuration`) {
        const token_endpoint = `${issuer}/token`;
        return Response.json({
          issuer,
          token_endpoint,
          token_endpoint_auth_methods_supported: methods,
        });
      }
      const form = new URLSearchParams(await request.text());
      const given = form.get("refresh_token");
      state.asked.push(`${request.headers.get("authorization") ?? form.get("client_secret")}`);
      const other = answers?.();
      if (other !== undefined) return other;
      if (given !== (state.rotates ? `r${state.next}` : "r1")) {
        const error = { error: "invalid_grant", error_description: "session not active" };
        return Response.json(error, { status: 400 });
      }
      state.next += 1;
      const now = Math.floor(Date.now() / 1000);
      const own = { iss: issuer, aud: "kube", sub: "jane", iat: now, exp: lives, n: state.next };
      const refresh_token = state.rotates ? { refresh_token: `r${state.next}` } : {};
      const answer = { access_token: "a", token_type: "Bearer", id_token: jwt(own) };
      return Response.json({ ...answer, ...refresh_token });
    },
  );
  const issuer = `https://127.0.0.1:${server.addr.port}/realm`;
  return Object.assign(state, { ca, issuer, [Symbol.asyncDispose]: () => server.shutdown() });
}

/** A kubeconfig with comments, as people write it. */
function kubeconfig(
  place: Place,
  { ca, issuer }: { ca: string; issuer: string },
  rest: Record<string, string> = {},
): string {
  place.write("idp.crt", ca);
  const config = {
    "idp-issuer-url": issuer,
    "idp-certificate-authority": "idp.crt",
    "client-id": "kube",
    "client-secret": "s&cret",
    "id-token": jwt({ exp: 1 }),
    "refresh-token": "r1",
    ...rest,
  };
  const lines = Object.entries(config).map(([key, value]) => `        ${key}: ${value || '""'}`);
  return place.write(
    "config",
    `current-context: a
clusters: [{ name: a, cluster: { server: "https://a.test" } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users: # all of us
- { name: b, user: { token: x } }
- name: a
  user:
    auth-provider:
      name: oidc
      config: # by the login
${lines.join("\n")}
`,
  );
}

function tokenIn(path: string, key: string): string {
  const { users } = parse(Deno.readTextFileSync(path));
  return users[1].user["auth-provider"].config[key];
}

Deno.test("an id-token serves until it ends", async () => {
  using place = new Place();
  const token = jwt({ exp: FAR });
  const path = kubeconfig(place, { ca: "x", issuer: "https://idp.invalid" }, { "id-token": token });
  assert.equal(await authorization(await loadConnection({ kubeconfig: path })), `Bearer ${token}`);
});

Deno.test("an ended id-token is renewed, and both tokens are kept in the kubeconfig", async () => {
  using place = new Place();
  await using provider = await serveProvider();
  const path = kubeconfig(place, provider);
  const before = await Deno.readTextFile(path);
  await Deno.chmod(path, 0o640);
  const connection = await loadConnection({ kubeconfig: path });
  const first = await connection.credentials();
  assert.equal(await authorization(connection), `Bearer ${tokenIn(path, "id-token")}`);
  assert.equal(tokenIn(path, "refresh-token"), "r2");
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o640);
  const rest = (text: string) => text.replace(/^ +(id|refresh)-token: .*\n/gm, "");
  assert.equal(rest(await Deno.readTextFile(path)), rest(before));
  assert.deepEqual(provider.asked, [`Basic ${btoa("kube:s%26cret")}`]);
  const files = await Array.fromAsync(Deno.readDir(place.path(".")));
  assert.deepEqual(files.map(({ name }) => name).sort(), ["config", "idp.crt"]);
  await authorization(connection, first); // a server has refused it
  assert.equal(tokenIn(path, "refresh-token"), "r3");
});

Deno.test("a config without an id-token gets one", async () => {
  using place = new Place();
  await using provider = await serveProvider();
  const path = kubeconfig(place, provider);
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(/ +id-token: .*\n/, ""));
  const connection = await loadConnection({ kubeconfig: path });
  assert.equal(await authorization(connection), `Bearer ${tokenIn(path, "id-token")}`);
  assert.match(await Deno.readTextFile(path), /# by the login[^]*refresh-token: r2\n/);
});

Deno.test("tokens that another program has renewed are read from the kubeconfig", async () => {
  using place = new Place();
  await using provider = await serveProvider();
  const path = kubeconfig(place, provider);
  const own = await loadConnection({ kubeconfig: path });
  const old = await own.credentials();
  const other = await loadConnection({ kubeconfig: path });
  const renewed = await authorization(other, await other.credentials());
  assert.equal(await authorization(own, old), renewed);
  assert.equal(provider.asked.length, 2);
});

Deno.test("a token that ends at once is renewed before each request", async () => {
  using place = new Place();
  await using provider = await serveProvider({ lives: Math.floor(Date.now() / 1000) + 5 });
  const connection = await loadConnection({ kubeconfig: kubeconfig(place, provider) });
  await connection.credentials();
  await connection.credentials();
  assert.equal(provider.asked.length, 2);
});

Deno.test("a provider gets the client's secret in the way that it takes", async () => {
  using place = new Place();
  await using provider = await serveProvider({ methods: ["client_secret_post"] });
  await loadConnection({ kubeconfig: kubeconfig(place, provider) });
  assert.deepEqual(provider.asked, ["s&cret"]);
});

Deno.test("a locked kubeconfig costs the login only if the refresh-token has changed", async () => {
  using place = new Place();
  await using provider = await serveProvider();
  const path = kubeconfig(place, provider);
  place.write("config.lock", "");
  const message = await rejection(loadConnection({ kubeconfig: path }), UsageError);
  assert.match(
    message,
    /user "a": its new refresh-token cannot be kept: .*\nmake the kubeconfig wri/,
  );
  await using lasting = await serveProvider();
  lasting.rotates = false;
  const again = await loadConnection({ kubeconfig: kubeconfig(place, lasting) });
  assert.match(await authorization(again) ?? "", /^Bearer ey/);
});

Deno.test("a renewal that fails on the way may pass, and one at the start is the user's", async () => {
  using place = new Place();
  let isDown = true;
  const answers = () => isDown ? new Response("<html>", { status: 502 }) : undefined;
  await using provider = await serveProvider({ answers });
  const path = kubeconfig(place, provider);
  const message = await rejection(loadConnection({ kubeconfig: path }), UsageError);
  assert.match(message, new RegExp(`user "a": ${provider.issuer} gave no new token: .*\n`));
  isDown = false;
  const connection = await loadConnection({ kubeconfig: path });
  const refused = await connection.credentials();
  isDown = true;
  await assert.rejects(connection.credentials(refused), RenewalError);
});

const faults: [what: string, rest: Record<string, string>, words: RegExp][] = [
  ["an unknown refresh-token", { "refresh-token": "r7" }, /invalid_grant \(session not active\)$/],
  ["no refresh-token", { "refresh-token": '""' }, /has ended, and there is no refresh-token$/],
  ["no issuer", { "idp-issuer-url": '""' }, /: its auth-provider oidc has no idp-issuer-url$/],
  ["no client", { "client-id": '""' }, /: its auth-provider oidc has no client-id$/],
  ["no JWT", { "id-token": "x.y" }, /: its id-token is not a JWT$/],
  [
    "no authority",
    { "idp-certificate-authority": "gone" },
    /cannot be read: no such file: .*gone$/,
  ],
  ["an odd authority", { "idp-certificate-authority-data": "x!" }, /authority cannot be read: /],
];

for (const [what, rest, words] of faults) {
  Deno.test(`an oidc user with ${what} is refused with a reason`, async () => {
    using place = new Place();
    await using provider = await serveProvider();
    const path = kubeconfig(place, provider, rest);
    const [message] = (await rejection(loadConnection({ kubeconfig: path }), UsageError))
      .split("\n");
    assert.match(message, /^Cannot get the credentials of user "a": /);
    assert.match(message, words);
  });
}

Deno.test("a provider that is not trusted gets no token", async () => {
  using place = new Place();
  await using provider = await serveProvider();
  const { ca } = await makeCertificates();
  const path = kubeconfig(place, { ca, issuer: provider.issuer });
  const message = await rejection(loadConnection({ kubeconfig: path }), UsageError);
  assert.match(message, /gave no new token: its certificate is not trusted/);
  assert.deepEqual(provider.asked, []);
});

for (const name of ["gcp", "azure", "exec", "constructor"]) {
  Deno.test(`the auth-provider ${name} is refused with what to do`, async () => {
    using place = new Place();
    const entry = { name: "a", user: { "auth-provider": { name } } };
    const path = kubeconfig(place, { ca: "x", issuer: "x" });
    const config = parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...config, users: [entry] }));
    const message = await rejection(loadConnection({ kubeconfig: path }), UsageError);
    assert.match(
      message,
      new RegExp(`^Cannot use user "a": its auth-provider "${name}" is .+\n.+`),
    );
  });
}

Deno.test({
  name: "an authority that this machine trusts vouches for a provider",
  ignore: Deno.build.os !== "linux", // elsewhere no variable names the authorities
  async fn() {
    using place = new Place();
    await using provider = await serveProvider();
    const config = kubeconfig(place, provider, { "idp-certificate-authority": "" });
    const authorities = place.path("idp.crt");
    const { stdout, stderr } = await readWithAuthorities(authorities, "oidc", config);
    assert.equal(stderr, "");
    assert.match(stdout, /^Bearer ey/);
  },
});
