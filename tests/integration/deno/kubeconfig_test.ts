/** Real kubeconfig files, in the order and with the words that kubectl's users expect. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { UsageError } from "../../../src/errors.ts";
import type { ConnectOptions } from "../../../src/host.ts";
import { loadConnection } from "../../../src/deno/kubeconfig.ts";
import { inCluster } from "../../../src/deno/kubeconfig/in_cluster.ts";
import { rejection } from "../../support/refusal.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

interface Parts {
  server?: string;
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
  current?: string;
}

/** A kubeconfig in which everything is called `name`. */
function config(name: string, { server, cluster, user, context, current = name }: Parts = {}) {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [{ name, cluster: { server: server ?? `https://${name}.test`, ...cluster } }],
    users: [{ name, user: user ?? { token: `token-of-${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name, ...context } }],
  });
}

class Place implements Disposable {
  readonly #directory = temporaryDirectory();
  readonly #before = ["KUBECONFIG", "HOME"].map((name) => [name, Deno.env.get(name)] as const);

  constructor() {
    Deno.env.delete("KUBECONFIG");
    Deno.env.set("HOME", this.path("nobodys-home"));
  }

  path(name: string): string {
    return `${this.#directory.path}/${name}`;
  }

  write(name: string, text: string, mode = 0o600): string {
    const path = this.path(name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    for (const [name, value] of this.#before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    this.#directory[Symbol.dispose]();
  }
}

/** Server, namespace and authorization of the connection that these options make. */
async function connected(options: ConnectOptions = {}) {
  const connection = await loadConnection(options);
  const { headers } = await connection.credentials();
  return [connection.server, connection.namespace, headers.Authorization];
}

Deno.test("the flag counts before $KUBECONFIG, which counts before ~/.kube/config", async () => {
  using place = new Place();
  await Deno.mkdir(place.path(".kube"));
  place.write(".kube/config", config("home"));
  Deno.env.set("HOME", place.path(""));
  assert.deepEqual(await connected(), ["https://home.test", "default", "Bearer token-of-home"]);
  Deno.env.set("KUBECONFIG", place.write("b", config("variable")));
  assert.equal((await connected())[0], "https://variable.test");
  const kubeconfig = place.write("a", config("flag"));
  assert.equal((await connected({ kubeconfig }))[0], "https://flag.test");
  Deno.env.set("KUBECONFIG", "");
  assert.equal((await connected())[0], "https://home.test");
});

Deno.test("the namespace is the flag's, else the context's, else default", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { context: { namespace: "team" } }));
  assert.equal((await connected({ kubeconfig }))[1], "team");
  assert.equal((await connected({ kubeconfig, namespace: "mine" }))[1], "mine");
  const empty = place.write("b", config("b", { context: { namespace: "" } }));
  assert.equal((await connected({ kubeconfig: empty }))[1], "default");
});

Deno.test("a server's final slash goes, its path stays", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { server: "https://x.test/k8s/c-1/" }));
  assert.equal((await connected({ kubeconfig }))[0], "https://x.test/k8s/c-1");
});

Deno.test("several files are one, and missing ones are passed over", async () => {
  using place = new Place();
  const files = [
    place.path("missing"),
    place.write("a", config("a")),
    place.write("b", config("b")),
    "",
  ];
  Deno.env.set("KUBECONFIG", files.join(":"));
  assert.equal((await connected({ context: "b" }))[0], "https://b.test");
  assert.equal((await connected({ context: "a" }))[0], "https://a.test");
});

Deno.test("of several files the first to name a thing, or a current context, wins, as with kubectl", async () => {
  using place = new Place();
  const files = [
    place.write("a", config("same", { server: "https://first.test", current: "" })),
    place.write("b", config("same", { server: "https://second.test", user: { token: "x" } })),
    place.write("c", config("other")),
  ];
  Deno.env.set("KUBECONFIG", files.join(":"));
  assert.deepEqual(await connected(), ["https://first.test", "default", "Bearer token-of-same"]);
  assert.equal((await connected({ context: "other" }))[0], "https://other.test");
});

Deno.test("a context that is not there is refused with those that are", async () => {
  using place = new Place();
  Deno.env.set("KUBECONFIG", `${place.write("a", config("a"))}:${place.write("b", config("b"))}`);
  assert.equal(
    await rejection(loadConnection({ context: "c" }), UsageError),
    'Cannot use context "c": the kubeconfig has no such context\nits contexts: a, b',
  );
});

Deno.test("without a current context one has to be chosen", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { current: "" }));
  assert.equal(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    "Cannot choose a cluster: the kubeconfig has no current context\nits contexts: a",
  );
  assert.equal((await connected({ kubeconfig, context: "a" }))[0], "https://a.test");
});

Deno.test("a context whose cluster is missing is refused", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { context: { cluster: "gone" } }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    /^Cannot use context "a": the kubeconfig has no such context or cluster\n/,
  );
});

Deno.test("a kubeconfig that is nowhere is told with where it was looked for", async () => {
  using place = new Place();
  assert.match(
    await rejection(loadConnection({}), UsageError),
    /^Cannot find a kubeconfig: ~\/.kube\/config is not there\n.*tkn-dev sandbox$/,
  );
  const missing = `${place.path("a")}:${place.path("b")}`;
  Deno.env.set("KUBECONFIG", missing);
  assert.match(
    await rejection(loadConnection({}), UsageError),
    new RegExp(`^Cannot find a kubeconfig: KUBECONFIG=${missing} is not there\n`),
  );
});

Deno.test("a file that can't be read as a kubeconfig is refused by its name", async () => {
  using place = new Place();
  const missing = place.path("missing");
  assert.equal(
    await rejection(loadConnection({ kubeconfig: missing }), UsageError),
    `Cannot read kubeconfig "${missing}": no such file\n` +
      "name another with --kubeconfig or $KUBECONFIG",
  );
  const odd = place.write("odd", "a: [\n");
  assert.match(
    await rejection(loadConnection({ kubeconfig: odd }), UsageError),
    new RegExp(`^Cannot read kubeconfig "${odd}": [^\n]+\n`),
  );
  Deno.env.set("HOME", place.path(""));
  await Deno.mkdir(place.path(".kube"));
  place.write(".kube/config", "a: [\n");
  assert.match(
    await rejection(loadConnection({}), UsageError),
    /^Cannot read kubeconfig ".*config": /,
  );
  const empty = place.write("empty", "# nothing\n");
  assert.match(
    await rejection(loadConnection({ kubeconfig: empty }), UsageError),
    new RegExp(`^Cannot read kubeconfig "${empty}": it is empty\n`),
  );
});

Deno.test("a number or a list in the place of a text is refused, as by kubectl", async () => {
  using place = new Place();
  for (
    const [entry, field] of [
      [{ cluster: { "proxy-url": [] } }, "proxyUrl"],
      [{ user: { password: 12345 } }, "password"],
      [{ context: { namespace: ["x"] } }, "namespace"],
    ] as const
  ) {
    const kubeconfig = place.write("a", config("a", entry));
    assert.match(
      await rejection(loadConnection({ kubeconfig }), UsageError),
      new RegExp(`^Cannot read kubeconfig "${kubeconfig}": ${field} of "a" is no text\n`),
    );
  }
});

for (const key of ["insecure-skip-tls-verify", "tls-server-name"]) {
  Deno.test(`${key} is refused with what to do instead`, async () => {
    using place = new Place();
    const value = key === "tls-server-name" ? "x.test" : true;
    const kubeconfig = place.write("a", config("a", { cluster: { [key]: value } }));
    assert.equal(
      await rejection(loadConnection({ kubeconfig }), UsageError),
      `Cannot use cluster "a": ${key} is not supported\n` +
        "give the cluster's certificate-authority and a server name that its certificate has",
    );
  });
}

Deno.test("an authority and a proxy are the connection's, a certificate and a password the credentials'", async () => {
  using place = new Place();
  place.write("ca.crt", "CA");
  place.write("client.crt", "CERT");
  const kubeconfig = place.write(
    "a",
    config("a", {
      cluster: { "certificate-authority": "ca.crt", "proxy-url": "http://proxy.test:3128" },
      user: { "client-certificate": "client.crt", "client-key-data": btoa("KEY") },
    }),
  );
  const connection = await loadConnection({ kubeconfig });
  assert.deepEqual([connection.caCerts, connection.proxy], [["CA"], "http://proxy.test:3128"]);
  assert.deepEqual(await connection.credentials(), {
    headers: {},
    certificate: { cert: "CERT", key: "KEY" },
  });
  const basic = place.write("b", config("b", { user: { username: "u", password: "p" } }));
  assert.equal((await connected({ kubeconfig: basic }))[2], `Basic ${btoa("u:p")}`);
});

Deno.test("a certificate file that is missing is refused by its name", async () => {
  using place = new Place();
  const user = { "client-certificate": "gone.crt", "client-key-data": btoa("KEY") };
  const kubeconfig = place.write("a", config("a", { user }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    /^Cannot get the credentials of user "a": no such file: .*gone.crt\ndoes kubectl work/,
  );
});

/** A kubeconfig whose credentials come from this script. */
function withPlugin(place: Place, script: string | undefined, args: string[] = []): string {
  const command = script === undefined
    ? place.path("no-such-program")
    : place.write("plugin", `#!/bin/sh\n${script}\n`, 0o700);
  const apiVersion = "client.authentication.k8s.io/v1";
  const exec = {
    apiVersion,
    command,
    args,
    interactiveMode: "Never",
    env: [{ name: "A", value: "b" }],
  };
  return place.write("config", config("a", { user: { exec } }));
}

Deno.test("an exec plugin's token is used, and it is run again when it is asked again", async () => {
  using place = new Place();
  const calls = place.path("calls");
  const kubeconfig = withPlugin(
    place,
    `echo "$1 $A" >>${calls}
     n=$(wc -l <${calls})
     echo '{"kind":"ExecCredential","status":{"token":"t'$n'"}}'`,
    ["an arg"],
  );
  const connection = await loadConnection({ kubeconfig });
  assert.equal((await connection.credentials()).headers.Authorization, "Bearer t1");
  assert.equal(await Deno.readTextFile(calls), "an arg b\n");
  assert.equal((await connection.credentials()).headers.Authorization, "Bearer t2");
});

const OLD = '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}}';
const HALF = '{"status":{"clientKeyData":"k"}}';
const failures: [what: string, script: string, words: RegExp][] = [
  ["fails", "exit 3", /: its exec plugin ".*plugin" failed with exit code 3$/],
  ["prints no JSON", "echo hello", /: what its exec plugin ".*" printed is no JSON: /],
  ["prints null", "echo null", /: its exec plugin ".*plugin" gave none$/],
  ["prints no credentials", "echo '{}'", /: its exec plugin ".*plugin" gave none$/],
  ["prints an empty status", `echo '{"status":{}}'`, /: its exec plugin ".*plugin" gave none$/],
  ["prints a key alone", `echo '${HALF}'`, /gave a certificate or a key alone, not both$/],
  ["answers in another version", `echo '${OLD}'`, /v1beta1", not "client\.auth.*\/v1"$/],
  ["has no end", "exec yes", /: its exec plugin ".*plugin" printed more than 1 MiB$/],
];

for (const [what, script, expected] of failures) {
  Deno.test(`an exec plugin that ${what} is told in one line`, async () => {
    using place = new Place();
    const kubeconfig = withPlugin(place, script);
    const words = await rejection(loadConnection({ kubeconfig }), UsageError);
    const [message, hint, ...rest] = words.split("\n");
    assert.match(message, /^Cannot get the credentials of user "a": /);
    assert.match(message, expected);
    assert.ok(hint);
    assert.deepEqual(rest, []);
  });
}

const V1 = "client.authentication.k8s.io/v1";
const specs: [what: string, exec: object, words: RegExp][] = [
  [
    "is not there",
    { command: "no-such-program", installHint: "brew install it" },
    /: there is no program "no-such-program"\nbrew install it$/,
  ],
  ["has no command", { command: undefined }, /: its exec plugin has no command\n/],
  ["has no version", { apiVersion: undefined }, /: its exec plugin has no apiVersion\n/],
  ["has another version", { apiVersion: "x/v1alpha1" }, /"x\/v1alpha1", which is not known\n/],
  ["does not say how it asks", { interactiveMode: undefined }, /no interactiveMode\n/],
  ["asks in another way", { interactiveMode: "Maybe" }, /"Maybe", which is not known\n/],
  ["must ask, with no terminal", { interactiveMode: "Always" }, /Always\), and stdin is none\n/],
  ["has a number for an argument", { args: [1] }, /: args of its exec plugin are not all texts\n/],
  ["has args that are none", { args: "x" }, /: args of its exec plugin is no list\n/],
  ["has a variable without a name", { env: [{ value: "x" }] }, /an entry without a name/],
];

for (const [what, exec, expected] of specs) {
  Deno.test(`a kubeconfig whose exec plugin ${what} is refused with words`, {
    ignore: what.includes("no terminal") && Deno.stdin.isTerminal(),
  }, async () => {
    using place = new Place();
    const given = { apiVersion: V1, command: "true", interactiveMode: "Never", ...exec };
    const kubeconfig = place.write("config", config("a", { user: { exec: given } }));
    assert.match(await rejection(loadConnection({ kubeconfig }), UsageError), expected);
  });
}

Deno.test("an exec plugin is told what kubectl tells it, and by the kubeconfig's place", async () => {
  using place = new Place();
  const token = `echo '{"status":{"token":"t"}}'`;
  place.write("plugin", `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" >"$INFO"\n${token}\n`, 0o700);
  const info = place.path("info");
  const told = async (exec: object, apiVersion = V1) => {
    const env = [{ name: "INFO", value: info }];
    const given = { apiVersion, command: "./plugin", interactiveMode: "Never", env, ...exec };
    const cluster = {
      "certificate-authority-data": btoa("CA"),
      "proxy-url": "http://proxy.test:3128",
      extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }],
    };
    await loadConnection({
      kubeconfig: place.write("config", config("a", { cluster, user: { exec: given } })),
    });
    return await Deno.readTextFile(info);
  };
  assert.equal(
    await told({}),
    `{"kind":"ExecCredential","apiVersion":"${V1}","spec":{"interactive":false}}\n`,
  );
  const beta = `${V1}beta1`;
  const spec = { interactive: false };
  const said = JSON.parse(await told({ interactiveMode: undefined }, beta));
  assert.equal(said.apiVersion, beta);
  if (!Deno.stdin.isTerminal()) assert.deepEqual(said.spec, spec);
  const { cluster } = JSON.parse(await told({ provideClusterInfo: true })).spec;
  assert.deepEqual(cluster, {
    server: "https://a.test",
    "certificate-authority-data": btoa("CA"),
    "proxy-url": "http://proxy.test:3128",
    config: { audience: "x" },
  });
});

Deno.test("what the kubeconfig has itself counts: no plugin is run", async () => {
  using place = new Place();
  const exec = { apiVersion: V1, command: "no-such-program", interactiveMode: "Never" };
  const kubeconfig = place.write("config", config("a", { user: { exec, token: "t" } }));
  assert.equal((await connected({ kubeconfig }))[2], "Bearer t");
});

Deno.test("an abort ends a plugin that waits for a person", async () => {
  using place = new Place();
  const pid = place.path("pid");
  const kubeconfig = withPlugin(place, `echo $$ >${pid}.new; mv ${pid}.new ${pid}; exec sleep 600`);
  const stop = new AbortController();
  const loading = loadConnection({ kubeconfig }, stop.signal);
  loading.catch(() => {});
  while (!await Deno.stat(pid).catch(() => undefined)) {
    await new Promise((next) => setTimeout(next));
  }
  stop.abort(new DOMException("interrupted", "AbortError"));
  await assert.rejects(loading, { name: "AbortError" });
  assert.throws(() => Deno.kill(Number(Deno.readTextFileSync(pid)), "SIGCONT"));
});

const jwt = ["{}", '{"exp":4102444800}', ""].map(btoa).join(".");
const providers: [name: string, config: (place: Place) => Record<string, string>, token: string][] =
  [
    ["oidc", () => ({ "id-token": jwt }), jwt],
    ["gcp", () => ({ "access-token": "of-gcp" }), "of-gcp"],
    ["azure", () => ({ "access-token": "of-azure" }), "of-azure"],
    ["file", (place) => ({ tokenFile: place.write("token", "of-file") }), "of-file"],
  ];

for (const [name, providerConfig, token] of providers) {
  Deno.test(`the token of an auth provider is used: ${name}`, async () => {
    using place = new Place();
    const user = { "auth-provider": { name, config: providerConfig(place) } };
    const kubeconfig = place.write("a", config("a", { user }));
    assert.equal((await connected({ kubeconfig }))[2], `Bearer ${token}`);
  });
}

Deno.test("an authority's file that is missing is refused by its name", async () => {
  using place = new Place();
  const cluster = { "certificate-authority": "gone.crt" };
  const kubeconfig = place.write("a", config("a", { cluster }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    /^Cannot trust cluster "a": no such file: .*gone.crt\ndoes kubectl work/,
  );
});

Deno.test("in a pod its service account is used, elsewhere there is none", () => {
  using place = new Place();
  const variables = new Map([["KUBERNETES_SERVICE_HOST", "fd00::1"], [
    "KUBERNETES_SERVICE_PORT",
    "6443",
  ]]);
  assert.equal(inCluster(variables, place.path(".")), undefined);
  place.write("token", "t");
  place.write("namespace", "team");
  assert.equal(inCluster(new Map(), place.path(".")), undefined);
  const found = inCluster(variables, place.path("."));
  assert.equal(found?.clusters[0].server, "https://[fd00::1]:6443");
  assert.equal(found?.clusters[0].caFile, place.path("./ca.crt"));
  assert.equal(found?.contexts[0].namespace, "team");
  assert.equal(found?.users[0].authProvider.config.tokenFile, place.path("./token"));
});

/** A kubeconfig in YAML as people write it, with these lines for its user. */
function yaml(user: string): string {
  return `
current-context: a
x-user: &shared { token: shared }
clusters: [{ name: a, cluster: { server: "https://a.test" } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users:
- name: a
  user:
    ${user}
`;
}

for (
  const [user, token] of [
    ["token: yes", "yes"],
    ["token: 0b11x", "0b11x"],
    ["token: 'it''s' # a comment", "it's"],
    ["token: !!str 12345", "12345"],
    ["<<: *shared", "shared"],
    ["<<: *shared\n    token: own", "own"],
  ] as const
) {
  Deno.test(`a user with ${user.replace(/\s+/g, " ")} has the token ${token}`, async () => {
    using place = new Place();
    const { credentials } = await loadConnection({ kubeconfig: place.write("config", yaml(user)) });
    assert.equal((await credentials()).headers.Authorization, `Bearer ${token}`);
  });
}

for (
  const [user, state] of [
    ["token: 12345", 'token of "a" is no text'],
    ["token: 123456789012345678901234567890", 'token of "a" is no text'],
    ["token: 2026-11-30", 'token of "a" is no text'],
    ["token: a\n    token: b", "Map keys must be unique at line 10, column 5"],
    ["\ttoken: a", "Tabs are not allowed as indentation at line 9, column 5"],
  ] as const
) {
  Deno.test(`a kubeconfig is refused whose user has ${JSON.stringify(user)}`, async () => {
    using place = new Place();
    const kubeconfig = place.write("config", yaml(user));
    const message = await rejection(loadConnection({ kubeconfig }), UsageError);
    assert.equal(message.split("\n")[0], `Cannot read kubeconfig "${kubeconfig}": ${state}`);
  });
}
