import assert from "node:assert/strict";
import "../../support/no_env.ts";
import { app } from "../../../src/app.ts";
import { UsageError } from "../../../src/errors.ts";
import { PODS, type Resource } from "../../../src/kube/interface.ts";
import { VERSION } from "../../../src/version.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { turn } from "../../support/fake_transport.ts";

const CONFIG_MAPS: Resource = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap" };
const GIT = "git -C /source rev-parse --show-prefix --short HEAD";

function hostWith(kube = new FakeKube()): FakeHost {
  return new FakeHost(new MemoryFiles(), kube);
}

async function version(host: FakeHost, ...argv: string[]): Promise<string> {
  assert.equal(await app(["version", ...argv], host), 0);
  assert.equal(host.terminal.stderr, "");
  return host.terminal.stdout;
}

Deno.test("the versions of tkn-dev, its runtime and the cluster are printed", async () => {
  const host = hostWith();
  host.programs[GIT] = "\n1f0c6c4\n";
  const metadata = { name: "pipelines-info", namespace: "tekton-pipelines" };
  (host.kube as FakeKube).put(CONFIG_MAPS, { metadata, data: { version: "v1.9.0" } });
  assert.equal(
    await version(host),
    `tkn-dev ${VERSION}
Commit:     1f0c6c4
Runtime:    Deno 2.9.6
Platform:   linux x86_64
Kubernetes: v1.34.1
Tekton:     v1.9.0
`,
  );
});

Deno.test("-o json prints the same as one object", async () => {
  assert.deepEqual(JSON.parse(await version(hostWith(), "-o", "json")), {
    version: VERSION,
    commit: "source",
    runtime: "Deno 2.9.6",
    platform: "linux x86_64",
    kubernetes: "v1.34.1",
    tekton: "unknown",
  });
});

Deno.test("Tekton's version is read from its controller if its ConfigMap is not there", async () => {
  const host = hostWith();
  const labels = {
    "app.kubernetes.io/part-of": "tekton-pipelines",
    "app.kubernetes.io/name": "controller",
    "app.kubernetes.io/version": "v1.6.0",
  };
  const metadata = { name: "controller-0", namespace: "openshift-pipelines", labels };
  (host.kube as FakeKube).put(PODS, { metadata });
  assert.match(await version(host), /\nTekton: {5}v1\.6\.0\n$/);
});

Deno.test("a commit is not that of a repository that only contains the source", async () => {
  const host = hostWith();
  host.programs[GIT] = "vendor/tkn-dev/\n1f0c6c4\n";
  assert.match(await version(host, "--client"), /\nCommit: {5}source\n/);
});

Deno.test("--client asks no cluster", async () => {
  const host = hostWith();
  assert.doesNotMatch(await version(host, "--client"), /Kubernetes|Tekton/);
  assert.deepEqual(host.connected, []);
});

Deno.test("without a cluster the reason is printed, and it is no error", async () => {
  const host = hostWith();
  host.connect = () => Promise.reject(new UsageError("Cannot find a kubeconfig"));
  assert.match(
    await version(host),
    /\nKubernetes: unknown \(Cannot find a kubeconfig\)\nTekton: {5}unknown\n$/,
  );
});

Deno.test("a cluster that does not answer is given up after five seconds", async () => {
  const kube = new FakeKube();
  kube.serverVersion = () => new Promise(() => {});
  const host = hostWith(kube);
  const printed = version(host);
  while (host.clock.alarmCount === 0) await turn();
  host.clock.advance(5_000);
  assert.match(await printed, /\nKubernetes: unknown \(no answer in time\)\n/);
});

Deno.test("a user who signs in has as long as it takes", async () => {
  const host = hostWith();
  const signedIn = Promise.withResolvers<FakeKube>();
  let asksUser = false;
  host.connect = () => {
    asksUser = true;
    return signedIn.promise;
  };
  const printed = version(host);
  while (!asksUser) await turn();
  await turn();
  host.clock.advance(60_000);
  await turn();
  signedIn.resolve(new FakeKube());
  assert.match(await printed, /\nKubernetes: v1\.34\.1\n/);
});
