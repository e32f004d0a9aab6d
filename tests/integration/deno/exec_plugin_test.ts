/** Exec plugins of kubeconfigs, by the rules of client-go. */
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { runPlugin } from "../../../src/deno/network/kubeconfig/exec_plugin.ts";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { RenewalError } from "../../../src/kube/status.ts";
import { rejection } from "../../support/refusal.ts";
import { authorization, config, connected, Place } from "./kubeconfig_place.ts";

/** Writes a kubeconfig whose credentials this script prints. */
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

Deno.test("the token of an exec plugin is used, and the plugin runs again for new credentials", async () => {
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
  const first = await connection.credentials();
  assert.equal(await authorization(connection), "Bearer t1");
  assert.equal(await Deno.readTextFile(calls), "an arg b\n");
  assert.equal(await authorization(connection, first), "Bearer t2");
  assert.equal(await authorization(connection, first), "Bearer t2"); // it has been renewed since
  assert.equal(await Deno.readTextFile(calls), "an arg b\nan arg b\n");
});

/** The answer of a plugin in shell, whose n-th token is tN. */
function counted(calls: string, rest: string): string {
  return `echo >>${calls}
    printf '{"status":{"token":"t%s",${rest}}}' "$(($(wc -l <${calls})))"`;
}

Deno.test("a token is renewed before the request that comes after its end", async () => {
  using place = new Place();
  const calls = place.path("calls");
  for (
    const [end, next] of [["2020-01-31T12:00:00Z", "t2"], ["2999-01-31T12:00:00.5+01:00", "t1"]]
  ) {
    await Deno.writeTextFile(calls, "");
    const plugin = counted(calls, `"expirationTimestamp":"${end}"`);
    const connection = await loadConnection({ kubeconfig: withPlugin(place, plugin) });
    assert.equal(await authorization(connection), "Bearer t1");
    assert.equal(await authorization(connection), `Bearer ${next}`);
  }
});

Deno.test("a plugin that fails on the way may pass, as long as it asks nobody", async () => {
  using place = new Place();
  const down = place.path("down");
  const kubeconfig = withPlugin(place, `test ! -e ${down} && echo '{"status":{"token":"t"}}'`);
  const { credentials } = await loadConnection({ kubeconfig });
  const refused = await credentials();
  await Deno.writeTextFile(down, "");
  await assert.rejects(credentials(refused), RenewalError);
});

Deno.test("a plugin that is there and can't start says why", async () => {
  using place = new Place();
  const kubeconfig = withPlugin(place, "");
  for (
    const [text, mode, words] of [
      ["#!/no/such/shell\n", 0o700, /cannot be run: its interpreter is not there\n/],
      ["#!/bin/sh\n", 0o600, /cannot be run: permission denied|Permission denied/],
    ] as const
  ) {
    place.write("plugin", text, mode);
    assert.match(await rejection(loadConnection({ kubeconfig }), UsageError), words);
  }
});

const SPEC = {
  command: "sh",
  env: {},
  apiVersion: "client.authentication.k8s.io/v1",
  interactiveMode: "Never",
  providesClusterInfo: false,
} as const;

for (const script of ["exec sleep 9", "trap '' TERM; sleep 9", "sleep 9 & exit"]) {
  Deno.test(`a plugin that gives no answer is ended: ${script}`, async () => {
    const spec = { ...SPEC, args: ["-c", script] };
    await assert.rejects(runPlugin(spec, { server: "https://a.test" }, { longestMs: 60 }), {
      message: 'its exec plugin "sh" gave no answer for 0.001 minutes',
    });
  });
}

Deno.test("a program that takes long is named, once", async () => {
  using place = new Place();
  const fifo = place.path("fifo");
  const script = `mkfifo ${fifo}; read -r _ <${fifo}; echo '{"status":{"token":"t"}}'`;
  const named: string[] = [];
  const { token } = await runPlugin(
    { ...SPEC, args: ["-c", script] },
    { server: "https://a.test" },
    {
      waitMs: 10,
      onWait: (program) => {
        named.push(program);
        const line = `until [ -p ${fifo} ]; do :; done; echo >${fifo}`;
        void new Deno.Command("sh", { args: ["-c", line] }).output();
      },
    },
  );
  assert.equal(token, "t");
  assert.deepEqual(named, ["sh"]);
});

Deno.test("a plugin runs for the requests that clean up after an interrupt", async () => {
  const spec = { ...SPEC, args: ["-c", `echo '{"status":{"token":"t"}}'`] };
  const signal = AbortSignal.abort();
  const { token } = await runPlugin(spec, { server: "https://a.test" }, { signal });
  assert.equal(token, "t");
});

const OLD = '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}}';
const ODD = '{"status":{"token":"t","expirationTimestamp":"tomorrow"}}';
const PAIR = '{"status":{"clientCertificateData":"c","clientKeyData":"k"}}';
const HALF = '{"status":{"clientKeyData":"k"}}';
const failures: [what: string, script: string, words: RegExp][] = [
  ["fails", "exit 3", /: its exec plugin ".*plugin" failed with exit code 3$/],
  ["prints no JSON", "echo hello", /: what its exec plugin ".*" printed is not JSON$/],
  ["prints a bare token", "echo secret", /: what its exec plugin "[^"]*" printed is not JSON$/],
  ["prints null", "echo null", /: its exec plugin ".*plugin" gave none$/],
  ["prints no credentials", "echo '{}'", /: its exec plugin ".*plugin" gave none$/],
  ["prints an empty status", `echo '{"status":{}}'`, /: its exec plugin ".*plugin" gave none$/],
  ["prints a key alone", `echo '${HALF}'`, /gave a certificate or a key alone, not both$/],
  ["answers in another version", `echo '${OLD}'`, /v1beta1", not "client\.auth.*\/v1"$/],
  ["gives an odd end", `echo '${ODD}'`, /gave an expirationTimestamp that is not a time$/],
  ["gives an odd certificate", `echo '${PAIR}'`, /: the clientCertificateData has no certificate/],
  [
    "gives two lines",
    `echo '{"status":{"token":"a\\\\nb"}}'`,
    /character that no header can carry$/,
  ],
  ["has no end", "exec yes", /: its exec plugin ".*plugin" printed more than 1 MiB$/],
];

for (const [what, script, expected] of failures) {
  Deno.test(`an exec plugin that ${what} is reported in one line`, async () => {
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
  [
    "must ask, with no terminal",
    { interactiveMode: "Always" },
    /Always\), and stdin is not a terminal\n/,
  ],
  [
    "has a number for an argument",
    { args: [1] },
    /: args of its exec plugin are not all strings\n/,
  ],
  ["has args that are not strings", { args: "x" }, /: args of its exec plugin is not a list\n/],
  ["has a variable without a name", { env: [{ value: "x" }] }, /an entry without a name/],
];

for (const [what, exec, expected] of specs) {
  Deno.test(`a kubeconfig whose exec plugin ${what} is refused with a reason`, {
    ignore: what.includes("no terminal") && Deno.stdin.isTerminal(),
  }, async () => {
    using place = new Place();
    const given = { apiVersion: V1, command: "true", interactiveMode: "Never", ...exec };
    const kubeconfig = place.write("config", config("a", { user: { exec: given } }));
    assert.match(await rejection(loadConnection({ kubeconfig }), UsageError), expected);
  });
}

Deno.test("an exec plugin gets the same input as from kubectl, and is found relative to the kubeconfig", async () => {
  using place = new Place();
  const token = `echo '{"status":{"token":"t"}}'`;
  place.write("plugin", `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" >"$INFO"\n${token}\n`, 0o700);
  const info = place.path("info");
  const { ca } = await makeCertificates();
  const told = async (exec: object, apiVersion = V1) => {
    const env = [{ name: "INFO", value: info }];
    const given = { apiVersion, command: "./plugin", interactiveMode: "Never", env, ...exec };
    const cluster = {
      "certificate-authority-data": btoa(ca),
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
    "certificate-authority-data": btoa(`${ca.trim()}\n`),
    "proxy-url": "http://proxy.test:3128",
    config: { audience: "x" },
  });
});

Deno.test("credentials in the kubeconfig take precedence: no plugin runs", async () => {
  using place = new Place();
  const exec = { apiVersion: V1, command: "no-such-program", interactiveMode: "Never" };
  const kubeconfig = place.write("config", config("a", { user: { exec, token: "t" } }));
  assert.equal((await connected({ kubeconfig }))[2], "Bearer t");
});

Deno.test("an abort ends a plugin that waits for the user", async () => {
  using place = new Place();
  const pid = place.path("pid");
  const kubeconfig = withPlugin(place, `echo $$ >${pid}.new; mv ${pid}.new ${pid}; exec sleep 600`);
  const stop = new AbortController();
  const loading = loadConnection({ kubeconfig }, { signal: stop.signal });
  loading.catch(() => {});
  while (!await Deno.stat(pid).catch(() => undefined)) {
    await new Promise((next) => setTimeout(next));
  }
  stop.abort(new DOMException("interrupted", "AbortError"));
  await assert.rejects(loading, { name: "AbortError" });
  assert.throws(() => Deno.kill(Number(Deno.readTextFileSync(pid)), "SIGCONT"));
});
