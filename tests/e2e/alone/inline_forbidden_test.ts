/**
 * Uploads on a cluster whose administrator forbids inline specs: the flag is set during the test.
 */
import assert from "node:assert/strict";
import { PIPELINES, TASKS } from "../../../src/tekton/model.ts";
import { applyObjects } from "../../scenarios/all.ts";
import type { Cluster } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { openUser } from "../open_user.ts";
import { withFlag } from "./feature_flag.ts";

const FORBIDDEN = {
  name: "disable-inline-spec",
  value: "pipelinerun,pipeline,taskrun",
  otherwise: "",
  probe: { taskSpec: { steps: [{ image: "i", command: ["c"] }] } },
  isProbeTaken: false,
};

Deno.test({
  name: "where inline specs are forbidden, uploads use temporary objects, which are removed",
  // Only an administrator may set the flag.
  ignore: Deno.env.get("TKN_DEV_TEST_CONTEXTS") === undefined,
  sanitizeResources: false,
  async fn() {
    const cluster = await openUser();
    await applyObjects(cluster); // some have inline specs
    await withFlag(FORBIDDEN, () => uploads(cluster));
  },
});

async function uploads(cluster: Cluster): Promise<void> {
  const before = await names(cluster);
  const directory = await Deno.makeTempDir();
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
    await Deno.remove(directory, { recursive: true });
  }
}

async function names({ kube }: Cluster): Promise<string[]> {
  const objects = await Promise.all(
    [PIPELINES, TASKS].map((resource) => kube.list(resource, { namespace: kube.namespace })),
  );
  return objects.flat().map(({ metadata }) => metadata.name!).sort();
}
