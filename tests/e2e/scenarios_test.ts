/** The scenarios on the cluster that KUBECONFIG names, as the ordinary user of the contexts dev and dev-cert; dev-resolver may ask the resolvers. */
import assert from "node:assert/strict";
import { TASK_RUNS } from "../../src/tekton/model.ts";
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { uploadRemote } from "../scenarios/resolvers.ts";
import { tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster, runCount } from "../support/cluster.ts";
import { tknDev } from "../support/program.ts";

let opened: Promise<Cluster[]> | undefined;

tell(SCENARIOS, () => opened ??= open());

// The sandbox knows no rights, so these are told here alone.
Deno.test({
  name: "a right that is missing is named with its verb and resource, before anything is created",
  sanitizeResources: false,
  async fn() {
    const [cluster] = await (opened ??= open());
    const foreign = ["-n", "tekton-pipelines"];
    const ran = await tknDev(["task", "upload", "t-steps", ...cluster.flags, ...foreign]);
    assert.equal(ran.code, 3, ran.stderr);
    assert.match(ran.stderr, /^Error: .* may not (get tasks|create taskruns)\b.*403.*\n/);
    assert.match(ran.stderr, /^Hint: .*kubectl auth can-i (get tasks|create taskruns)/m);
  },
});

Deno.test({
  name: "who may not ask the resolvers is told so, and may resolve by a probe run that goes",
  sanitizeResources: false,
  async fn() {
    const [cluster] = await (opened ??= open());
    const directory = await Deno.makeTempDir({ prefix: "tkn-dev-e2e-" });
    try {
      const before = await runCount(cluster.kube);
      const refused = await uploadRemote(cluster, directory, "clone.yaml");
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(
        refused.stderr,
        /^Error: Cannot resolve the Task of task "clone" by "http": you may not create resolutionrequests/m,
      );
      assert.match(refused.stderr, /^Hint: .*--allow-probe/m);
      assert.equal(await runCount(cluster.kube), before);
      const probed = await uploadRemote(cluster, directory, "clone.yaml", "--allow-probe");
      assert.equal(probed.code, 0, probed.stderr + probed.stdout);
      assert.match(probed.stderr, /^Note: Resolving the Task of task "clone" by a probe run/m);
      assert.equal(probed.stdout, "[test : say] t-remote-test sees here of abc\n");
      const runs = await cluster.kube.list(TASK_RUNS, { namespace: cluster.kube.namespace });
      assert.ok(!runs.some(({ metadata }) => metadata.name!.startsWith("tkn-dev-probe-")));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

async function open(): Promise<Cluster[]> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const logins = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",") ?? [undefined];
  const clusters = await Promise.all(logins.map((context) => openCluster(kubeconfig, context)));
  await applyObjects(clusters[0]);
  return clusters;
}
