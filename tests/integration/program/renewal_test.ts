/** Tokens that end while the program runs: a plugin gives the next one, and nothing is lost. */
import assert from "node:assert/strict";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { applyYaml, openCluster } from "../../support/cluster.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { startTknDev } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { throughProxy } from "../../support/through_proxy.ts";

const LINES = 40;
const TASK = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: count }
spec:
  workspaces: [{ name: source }]
  steps:
    - { name: fetch, image: busybox, script: "true" }
    - name: count
      image: busybox
      script: |
        i=0
        while [ $i -lt ${LINES} ]; do i=$((i + 1)); echo "line $i"; sleep 0.05; done
`;

/** A sandbox behind a proxy. A plugin reads its tokens from a file; only the newest is valid. */
async function open(directory: string) {
  const tokens = ["t1"];
  let refused = 0;
  const accepts = (token: string) => {
    const isValid = token === tokens.at(-1);
    if (!isValid) refused += 1;
    return isValid;
  };
  const sandbox = await startSandbox({ accepts });
  const cluster = await openCluster(sandbox.kubeconfig);
  await applyYaml(cluster.kube, TASK);
  const place = {
    token: `${directory}/token`,
    calls: `${directory}/calls`,
    down: `${directory}/down`,
  };
  await Deno.writeTextFile(place.token, "t1");
  const way = await throughProxy(cluster, `${directory}/cluster`, (to) => new FaultyProxy(to));
  const kubeconfig = `${directory}/cluster.kubeconfig`;
  const config = JSON.parse(await Deno.readTextFile(kubeconfig));
  const script =
    `echo >>${place.calls}; rm ${place.down} 2>/dev/null && exit 1; printf '{"status":{"token":"%s"}}' "$(cat ${place.token})"`;
  const apiVersion = "client.authentication.k8s.io/v1";
  const exec = { apiVersion, command: "sh", args: ["-c", script], interactiveMode: "Never" };
  for (const one of config.users) one.user = { exec };
  await Deno.writeTextFile(kubeconfig, JSON.stringify(config));
  return {
    proxy: way.proxy,
    flags: way.flags,
    tokens,
    get refused() {
      return refused;
    },
    /** The plugin fails once. */
    async failOnce(): Promise<void> {
      await Deno.writeTextFile(place.down, "");
    },
    /** How often the plugin ran. */
    async calls(): Promise<number> {
      return (await Deno.readTextFile(place.calls)).length;
    },
    /** The token ends, and with it every open connection. */
    async endToken(): Promise<void> {
      const next = `t${tokens.length + 1}`;
      await Deno.writeTextFile(place.token, next);
      tokens.push(next);
      way.proxy.cutAll();
    },
    async [Symbol.asyncDispose]() {
      await way[Symbol.asyncDispose]();
      await sandbox.close();
    },
  };
}

const UPLOAD = ["task", "upload", "count", "--on-step", "fetch", "-w", "name=source,emptyDir="];

function lines(): string {
  return Array.from({ length: LINES }, (_, at) => `[count] line ${at + 1}\n`).join("");
}

Deno.test("a follow over the ends of several tokens, and a plugin that fails once, loses no line and repeats none", async () => {
  using place = temporaryDirectory();
  await using cluster = await open(place.path);
  await Deno.mkdir(`${place.path}/src`);
  await Deno.writeTextFile(`${place.path}/src/a`, "a");
  const running = startTknDev([...UPLOAD, `${place.path}/src`, ...cluster.flags]);
  for (const line of [5, 12, 20, 30]) {
    await running.stdoutMatch(new RegExp(`line ${line}$`, "m"));
    if (line === 20) await cluster.failOnce();
    await cluster.endToken();
  }
  const ran = await running.ended;
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, lines());
  assert.ok(cluster.refused > 0);
  assert.equal(await cluster.calls(), cluster.tokens.length + 1);
});

Deno.test("an upload over the end of its token resumes, and sends nothing twice", async () => {
  using place = temporaryDirectory();
  await using cluster = await open(place.path);
  const source = `${place.path}/src`;
  await Deno.mkdir(source);
  for (let at = 0; at < 20; at++) {
    const bytes = new Uint8Array(1 << 18);
    for (let from = 0; from < bytes.length; from += 1 << 16) {
      crypto.getRandomValues(bytes.subarray(from, from + (1 << 16)));
    }
    await Deno.writeFile(`${source}/${at}`, bytes);
  }
  cluster.proxy.cutAfterBytes = 3_000_000;
  const running = startTknDev([...UPLOAD, source, ...cluster.flags]);
  await running.stderrMatch(/trying again/);
  await cluster.failOnce();
  await cluster.endToken();
  const ran = await running.ended;
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /^Sent 20 files, 5\.2 MB in .*, verified$/m);
  assert.equal(ran.stdout, lines());
  assert.ok(cluster.proxy.sentBytes < 9_000_000, `${cluster.proxy.sentBytes}`);
  assert.equal(await cluster.calls(), 3);
});
