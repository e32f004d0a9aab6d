/**
 * The scenarios on the cluster that KUBECONFIG names, as the ordinary user of the contexts that
 * TKN_DEV_TEST_CONTEXTS names (dev and dev-cert; dev-resolver may ask the resolvers). A pod's start
 * is mostly waiting, so they are dealt out to the files shard_N_test.ts, which run at once, each in
 * its namespace tests-N: what a scenario counts there is its own.
 */
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { forLogins, shareOf, tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { meanwhileScenarios } from "./meanwhile.ts";
import { rightsScenarios } from "./rights.ts";

/** None: whoever the kubeconfig's current context is for. */
const CONTEXTS = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",");

/** Registers the tests of the shard that has this URL. */
export function tellShard(url: string): void {
  const all = [...SCENARIOS, ...rightsScenarios, ...meanwhileScenarios];
  const told = CONTEXTS === undefined ? all : forLogins(all, CONTEXTS);
  const [, number] = /(\d+)_test\.ts$/.exec(url)!;
  let opened: Promise<Cluster[]> | undefined;
  tell(shareOf(url, told), () => opened ??= open(`tests-${number}`));
}

async function open(namespace: string): Promise<Cluster[]> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const clusters = await Promise.all(
    (CONTEXTS ?? [undefined]).map((context) => openCluster(kubeconfig, { context, namespace })),
  );
  await applyObjects(clusters[0]);
  return clusters;
}
