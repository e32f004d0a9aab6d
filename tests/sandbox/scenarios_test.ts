/** The scenarios on the sandbox. Each shard starts its own. */
// shards: 3
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { forProtocols, registerScenarios } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { partOf, shardFrom } from "../support/shards.ts";

const sandbox = await startSandbox();
let opened: Promise<Cluster[]> | undefined;
registerScenarios(
  partOf(shardFrom(Deno.args), forProtocols(SCENARIOS)),
  () => opened ??= open(),
);

Deno.test(
  "the scenarios' sandbox ends",
  { sanitizeResources: false },
  () => sandbox.close(),
);

async function open(): Promise<Cluster[]> {
  const cluster = await openCluster(sandbox.kubeconfig);
  await applyObjects(cluster);
  return [cluster];
}
