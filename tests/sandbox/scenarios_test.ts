import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";

let opened: Promise<Cluster[]> | undefined;

const sandbox = await startSandbox();

tell(SCENARIOS, () => opened ??= open());

Deno.test(
  "the sandbox that the scenarios ran on ends",
  { sanitizeResources: false },
  () => sandbox.close(),
);

async function open(): Promise<Cluster[]> {
  const cluster = await openCluster(sandbox.kubeconfig);
  await applyObjects(cluster);
  return [cluster];
}
