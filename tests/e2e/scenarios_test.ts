/** The scenarios on the cluster that KUBECONFIG names, as the ordinary user of the contexts dev and dev-cert. */
import assert from "node:assert/strict";
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { tknDev } from "../support/program.ts";

let opened: Promise<Cluster[]> | undefined;

tell(SCENARIOS, () => opened ??= open());

// The sandbox knows no rights, so this one is told here alone.
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

async function open(): Promise<Cluster[]> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const logins = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",") ?? [undefined];
  const clusters = await Promise.all(logins.map((context) => openCluster(kubeconfig, context)));
  await applyObjects(clusters[0]);
  return clusters;
}
