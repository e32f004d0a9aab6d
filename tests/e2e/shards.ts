/**
 * The scenarios on the cluster that KUBECONFIG names, as the ordinary user of the contexts that
 * TKN_DEV_TEST_CONTEXTS names (dev and dev-cert; dev-resolver may ask the resolvers). A pod's start
 * is mostly waiting, so they are dealt out to the files shard_N_test.ts, which run at once, each in
 * its namespace tests-N: what a scenario counts there is its own.
 */
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { forLogins, type Scenario, tell } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { rightsScenarios } from "./rights.ts";

/** None: whoever the kubeconfig's current context is for. */
const CONTEXTS = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",");
const SHARD = /^shard_\d+_test\.ts$/;

/** Registers the tests of the shard that has this URL. */
export function tellShard(url: string): void {
  const files = [...Deno.readDirSync(new URL(".", url))]
    .map(({ name }) => name).filter((name) => SHARD.test(name)).sort();
  const at = files.indexOf(url.slice(url.lastIndexOf("/") + 1));
  let opened: Promise<Cluster[]> | undefined;
  tell(dealt(at, files.length), () => opened ??= open(`tests-${at + 1}`));
}

function dealt(at: number, shards: number): Scenario[] {
  const all = [...SCENARIOS, ...rightsScenarios];
  return (CONTEXTS === undefined ? all : forLogins(all, CONTEXTS))
    .filter((_, index) => index % shards === at);
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
