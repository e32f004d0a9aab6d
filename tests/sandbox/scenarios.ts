/** The scenarios on the sandbox, dealt out to the files scenarios_N_test.ts, each of which has a sandbox of its own. */
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { shareOf, tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";

/** Registers the tests of the share that has this URL. */
export async function tellShare(url: string): Promise<void> {
  const sandbox = await startSandbox();
  let opened: Promise<Cluster[]> | undefined;
  tell(shareOf(url, SCENARIOS), () => opened ??= open(sandbox.kubeconfig));
  Deno.test(
    "the sandbox that the scenarios ran on ends",
    { sanitizeResources: false },
    () => sandbox.close(),
  );
}

async function open(kubeconfig: string): Promise<Cluster[]> {
  const cluster = await openCluster(kubeconfig);
  await applyObjects(cluster);
  return [cluster];
}
