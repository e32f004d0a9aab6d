/** Uploads into a cluster whose administrator forbids specs inline: the flag is set for as long as this lasts. */
import assert from "node:assert/strict";
import { denoHost } from "../../src/deno/host.ts";
import type { Kube, Resource } from "../../src/kube/interface.ts";
import { isStatus, StatusError } from "../../src/kube/status.ts";
import { PIPELINES, TASK_RUNS, TASKS } from "../../src/tekton/model.ts";
import { applyObjects } from "../scenarios/all.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { tknDev } from "../support/program.ts";
import { tree, writeTree } from "../support/tree_text.ts";

const CONFIG_MAPS: Resource = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap" };

Deno.test({
  name: "where specs inline are forbidden uploads go by objects of their own, which are gone after",
  // Only an administrator may set the flag.
  ignore: Deno.env.get("TKN_DEV_TEST_CONTEXTS") === undefined,
  sanitizeResources: false,
  async fn() {
    const kubeconfig = Deno.env.get("KUBECONFIG")!;
    const admin = await denoHost().connect({ kubeconfig, context: "admin" });
    const [context] = Deno.env.get("TKN_DEV_TEST_CONTEXTS")!.split(",");
    const cluster = await openCluster(kubeconfig, context);
    await applyObjects(cluster);
    const before = await names(cluster);
    const directory = await Deno.makeTempDir();
    await forbid(admin, "pipelinerun,pipeline,taskrun");
    try {
      writeTree(directory, tree("file here.txt here"));
      for (
        const words of [
          `pipeline upload t-results --on-task clone -w name=source,claimName=${cluster.claim},subPath=forbidden`,
          "task upload t-steps -w name=source,emptyDir=",
        ]
      ) {
        const ran = await tknDev([...words.split(" "), directory, ...cluster.flags]);
        assert.equal(ran.code, 0, ran.stderr + ran.stdout);
        assert.match(
          ran.stderr,
          /^Note: With temporary objects: this cluster forbids specs inline/m,
        );
        assert.deepEqual(await names(cluster), before);
      }
    } finally {
      await forbid(admin, "");
      await Deno.remove(directory, { recursive: true });
    }
  },
});

async function names({ kube }: Cluster): Promise<string[]> {
  const objects = await Promise.all(
    [PIPELINES, TASKS].map((resource) => kube.list(resource, { namespace: kube.namespace })),
  );
  return objects.flat().map(({ metadata }) => metadata.name!).sort();
}

/** Resolves once the webhook knows. */
async function forbid(admin: Kube, kinds: string): Promise<void> {
  const data = { "disable-inline-spec": kinds };
  await admin.patch(CONFIG_MAPS, "tekton-pipelines", "feature-flags", { data });
  const isForbidden = kinds !== "";
  for (const endMs = Date.now() + 60_000; Date.now() < endMs;) {
    if (await refusesInline(admin) === isForbidden) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the webhook did not take the flag within a minute");
}

async function refusesInline(kube: Kube): Promise<boolean> {
  const run = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: "probe-", namespace: "default" },
    spec: { taskSpec: { steps: [{ image: "i", command: ["c"] }] } },
  };
  try {
    await kube.create(TASK_RUNS, run, { dryRun: true });
    return false;
  } catch (error) {
    if (error instanceof StatusError && isStatus(error, 400)) return true;
    throw error;
  }
}
