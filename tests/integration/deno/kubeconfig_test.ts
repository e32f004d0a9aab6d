/** Real kubeconfig files, in the order and with the words that kubectl's users expect. */
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { readKubeconfig } from "../../../src/deno/network/kubeconfig/files.ts";
import { inCluster } from "../../../src/deno/network/kubeconfig/in_cluster.ts";
import { Authority } from "../../support/certificates.ts";
import { rejection } from "../../support/refusal.ts";
import { authorization, config, connected, Place } from "./kubeconfig_place.ts";

Deno.test("the flag precedes $KUBECONFIG, which precedes ~/.kube/config", async () => {
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

Deno.test("the final slash of a server is dropped, its path stays", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { server: "https://x.test/k8s/c-1/" }));
  assert.equal((await connected({ kubeconfig }))[0], "https://x.test/k8s/c-1");
});

Deno.test("several files are merged, and missing ones are skipped", async () => {
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

Deno.test("the first file to name an entry or a current context wins, as with kubectl", async () => {
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

Deno.test("a file without content is an empty kubeconfig among others, as with kubectl", async () => {
  using place = new Place();
  const a = place.write("a", config("a"));
  for (const content of ["", "# nothing\n", "---\n", "null\n"]) {
    const empty = place.write("empty", content);
    for (const files of [[a, empty], [empty, a]]) {
      Deno.env.set("KUBECONFIG", files.join(":"));
      assert.equal((await connected())[0], "https://a.test");
    }
  }
});

Deno.test("a missing context is refused with the existing ones", async () => {
  using place = new Place();
  Deno.env.set("KUBECONFIG", `${place.write("a", config("a"))}:${place.write("b", config("b"))}`);
  assert.equal(
    await rejection(loadConnection({ context: "c" }), UsageError),
    'Cannot use context "c": the kubeconfig has no such context\nits contexts: a, b',
  );
});

Deno.test("without a current context the user has to choose one", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { current: "" }));
  assert.equal(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    "Cannot choose a cluster: the kubeconfig has no current context\nits contexts: a",
  );
  assert.equal((await connected({ kubeconfig, context: "a" }))[0], "https://a.test");
});

Deno.test("a context whose cluster is missing, or that names none, is refused", async () => {
  using place = new Place();
  for (
    const [cluster, words] of [
      ["gone", 'the kubeconfig has no cluster "gone"'],
      ["", "it names no cluster"],
    ]
  ) {
    const kubeconfig = place.write("a", config("a", { context: { cluster } }));
    assert.equal(
      await rejection(loadConnection({ kubeconfig }), UsageError),
      `Cannot use context "a": ${words}\ncorrect it in ${kubeconfig}`,
    );
  }
});

Deno.test("a user in the server's URL precedes any other login, as with kubectl, and is not shown", async () => {
  using place = new Place();
  for (const scheme of ["https", "http"]) {
    for (const user of [{}, { token: "t" }, { username: "u", password: "p" }]) {
      const server = `${scheme}://ada:s%3Acret@x.test`;
      const kubeconfig = place.write("a", config("a", { server, user }));
      assert.deepEqual(
        await connected({ kubeconfig }),
        [`${scheme}://x.test`, "default", `Basic ${btoa("ada:s:cret")}`],
      );
    }
  }
});

Deno.test("a token file that is a directory is named", async () => {
  using place = new Place();
  await Deno.mkdir(place.path("d"));
  const kubeconfig = place.write("a", config("a", { user: { tokenFile: "d" } }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    new RegExp(`: is a directory: ${place.path("d")}\n`),
  );
});

Deno.test("a missing kubeconfig is reported with the places that were searched", async () => {
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

Deno.test("a file that can't be read as a kubeconfig is refused by name", async () => {
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
    /^Cannot choose a cluster: the kubeconfig has no current context\nit has no contexts at all$/,
  );
});

Deno.test("a field of another type is refused by name, if its entry is used", async () => {
  using place = new Place();
  for (
    const [entry, message] of [
      [{ cluster: { "proxy-url": [] } }, 'cluster "a": its proxy-url is not a string'],
      [
        { cluster: { extensions: 1, "disable-compression": "yes" } },
        'cluster "a": its disable-compression is not true or false',
      ],
      [{ user: { password: 12345 } }, 'user "a": its password is not a string'],
      [{ user: { as: "x", "as-groups": "y" } }, 'user "a": its as-groups is not a list of strings'],
      [{ context: { namespace: ["x"] } }, 'context "a": its namespace is not a string'],
    ] as const
  ) {
    const odd = place.write("a", config("a", entry));
    assert.equal(
      await rejection(loadConnection({ kubeconfig: odd }), UsageError),
      `Cannot use ${message}\ncorrect it in ${odd}`,
    );
    Deno.env.set("KUBECONFIG", `${odd}:${place.write("b", config("b"))}`);
    assert.equal((await connected({ context: "b" }))[2], "Bearer token-of-b");
  }
});

Deno.test("what is no entry spoils no other: null, numbers, names that are not text", async () => {
  using place = new Place();
  const own = JSON.parse(config("a"));
  for (const list of ["clusters", "users", "contexts"]) {
    own[list].unshift(null, 7, {}, { name: 5 }, { name: "b", [list.slice(0, -1)]: "text" });
  }
  const kubeconfig = place.write("a", JSON.stringify({ ...own, colors: true }));
  assert.equal((await connected({ kubeconfig }))[2], "Bearer token-of-a");
});

Deno.test("lists that are null are empty, and the first entry of a name counts", async () => {
  using place = new Place();
  const { users, contexts, ...none } = JSON.parse(config("a"));
  const own = place.write("a", JSON.stringify({ ...none, users: null, contexts: null }));
  const again = [...users, { name: "a", user: { token: "second" } }];
  const rest = place.write("b", JSON.stringify({ clusters: null, users: again, contexts }));
  Deno.env.set("KUBECONFIG", `${own}:${rest}`);
  assert.equal((await connected())[2], "Bearer token-of-a");
  const odd = place.write("c", JSON.stringify({ users: {} }));
  assert.match(
    await rejection(loadConnection({ kubeconfig: odd }), UsageError),
    /^Cannot read kubeconfig ".*c": users is not a list\n/,
  );
});

Deno.test("a user that is not there is refused by name", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { context: { user: "b" } }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    /^Cannot use context "a": the kubeconfig has no user "b"\n/,
  );
});

Deno.test("no credential travels in the open, as with kubectl", async () => {
  using place = new Place();
  const exec = { apiVersion: "x", command: "no-such-program" };
  const server = "http://127.0.0.1:8001";
  for (const user of [{ token: "t" }, { exec }, { username: "u", password: "p" }]) {
    const kubeconfig = place.write("a", config("a", { server, user }));
    assert.deepEqual((await (await loadConnection({ kubeconfig })).credentials()).headers, []);
  }
});

const authority = await Authority.make();

Deno.test("a server whose certificate is not checked, or has another name", async () => {
  using place = new Place();
  const tlsOf = async (cluster: Record<string, unknown>) => {
    const kubeconfig = place.write("a", config("a", { cluster }));
    return (await loadConnection({ kubeconfig })).tls;
  };
  assert.equal((await tlsOf({ "insecure-skip-tls-verify": true })).insecure, true);
  assert.equal((await tlsOf({})).insecure, false);
  assert.equal((await tlsOf({ "tls-server-name": "x.test" })).servername, "x.test");
  assert.match(
    await rejection(
      tlsOf({
        "insecure-skip-tls-verify": true,
        "certificate-authority-data": btoa(authority.pem),
      }),
      UsageError,
    ),
    /^Cannot use cluster "a": it has both insecure-skip-tls-verify and a certificate-authority\n/,
  );
});

Deno.test("a server's URL loses its user and its query, and keeps its path", async () => {
  using place = new Place();
  const server = "https://ada:s3cret@a.test:6443/k8s/clusters/c-1/?token=x#y";
  const kubeconfig = place.write("a", config("a", { server }));
  const connection = await loadConnection({ kubeconfig });
  assert.equal(connection.server, "https://a.test:6443/k8s/clusters/c-1");
});

Deno.test("a proxy of the environment is used where the kubeconfig names none", async () => {
  using place = new Place();
  using environment = changedEnvironment({ HTTPS_PROXY: "env.test:3128", NO_PROXY: "b.test" });
  const proxyOf = async (name: string, cluster: Record<string, unknown> = {}) => {
    const kubeconfig = place.write(name, config(name, { cluster }));
    return (await loadConnection({ kubeconfig })).proxy;
  };
  assert.equal(await proxyOf("a"), "http://env.test:3128");
  assert.equal(await proxyOf("b"), undefined);
  const own = "socks5://own.test:1080";
  assert.equal(await proxyOf("b", { "proxy-url": own }), own, "NO_PROXY is for the environment's");
  environment.set("HTTPS_PROXY", "ftp://user:s3cret@a.test");
  assert.match(
    await rejection(proxyOf("a"), UsageError),
    /^Cannot use the proxy of the environment: it is not a known kind\nHTTPS_PROXY and[^@]*$/,
  );
});

/** Changes variables until disposed. */
function changedEnvironment(variables: Record<string, string>) {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    set: (name: string, value: string) => Deno.env.set(name, value),
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
    },
  };
}

Deno.test("a token is read from the user's token file, before the token in the kubeconfig", async () => {
  using place = new Place();
  place.write("file", "of-file\n");
  for (const user of [{ tokenFile: "file" }, { tokenFile: place.path("file"), token: "old" }]) {
    const kubeconfig = place.write("a", config("a", { user }));
    assert.equal((await connected({ kubeconfig }))[2], "Bearer of-file");
  }
});

Deno.test("the token file is read again when the server asks for credentials", async () => {
  using place = new Place();
  const file = place.write("file", "first");
  const kubeconfig = place.write("a", config("a", { user: { tokenFile: "file" } }));
  const connection = await loadConnection({ kubeconfig });
  const first = await connection.credentials();
  assert.equal(await authorization(connection), "Bearer first");
  await Deno.writeTextFile(file, "second");
  assert.equal(await authorization(connection, first), "Bearer second");
  await Deno.remove(file); // it is being replaced
  const second = await connection.credentials();
  assert.equal(await authorization(connection, second), "Bearer second");
});

Deno.test("a missing token file is refused by name", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { user: { tokenFile: "gone" } }));
  assert.match(
    await rejection(loadConnection({ kubeconfig }), UsageError),
    /^Cannot get the credentials of user "a": no such file: .*gone\ndoes kubectl work/,
  );
});

for (const server of ["no url", "a.test:6443", "localhost:6443", "ftp://a.test"]) {
  Deno.test(`a server that is no URL is refused: "${server}"`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { server, cluster: { server } }));
    assert.match(
      await rejection(loadConnection({ kubeconfig }), UsageError),
      /^Cannot use cluster "a": its server is not a URL\nlike https:/,
    );
  });
}

for (const proxy of ["no url", "user:secret@@", "ftp://user:secret@a.test"]) {
  Deno.test(`a proxy that is no URL is refused and not shown: "${proxy}"`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { cluster: { "proxy-url": proxy } }));
    assert.match(
      await rejection(loadConnection({ kubeconfig }), UsageError),
      /^Cannot use cluster "a": its proxy-url is not a URL\nlike http:[^@]*$/,
    );
  });
}

Deno.test("the service account is used inside a pod, and not elsewhere", () => {
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
  assert.deepEqual(
    [found?.clusters, found?.contexts, found?.users].map((list) => list?.[0].content),
    [
      { server: "https://[fd00::1]:6443", "certificate-authority": place.path("./ca.crt") },
      { cluster: "in-cluster", user: "in-cluster", namespace: "team" },
      { tokenFile: place.path("./token") },
    ],
  );
});

Deno.test("inside a pod, its service account stands in for files that are missing or empty", () => {
  using place = new Place();
  const pod = { clusters: [], users: [], contexts: [], currentContext: "pod" };
  const current = (kubeconfig?: string) => readKubeconfig({ kubeconfig }, () => pod).currentContext;
  Deno.env.set("HOME", place.path(""));
  assert.equal(current(), "pod");
  Deno.env.set("KUBECONFIG", place.path("missing"));
  assert.equal(current(), "pod");
  assert.equal(current(place.write("empty", "")), "pod");
  Deno.env.set("KUBECONFIG", place.write("a", config("a")));
  assert.equal(current(), "a");
  assert.throws(() => current(place.path("missing")), UsageError);
});
