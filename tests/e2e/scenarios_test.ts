/**
 * The scenarios on the cluster of KUBECONFIG, as the ordinary user of each context that
 * TKN_DEV_TEST_CONTEXTS names: dev and dev-cert, and dev-resolver, who may use the resolvers.
 *
 * The start of a pod is mostly waiting, so shards run at once. Each has its own namespace tests-N,
 * because some scenarios count the objects in their namespace.
 */
// shards: 6
import { applyObjects, SCENARIOS } from "../scenarios/all.ts";
import { forLogins, forProtocols, registerScenarios } from "../scenarios/scenario.ts";
import { type Cluster, openCluster } from "../support/cluster.ts";
import { partOf, shardFrom } from "../support/shards.ts";
import { meanwhileScenarios } from "./meanwhile.ts";
import { rightsScenarios } from "./rights.ts";

/** Undefined: the user of the kubeconfig's current context. */
const CONTEXTS = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",");

const all = forProtocols([...SCENARIOS, ...rightsScenarios, ...meanwhileScenarios]);
const shard = shardFrom(Deno.args);
let opened: Promise<Cluster[]> | undefined;
registerScenarios(
  partOf(shard, CONTEXTS === undefined ? all : forLogins(all, CONTEXTS)),
  () => opened ??= open(`tests-${shard.number}`),
);

async function open(namespace: string): Promise<Cluster[]> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const clusters = await Promise.all(
    (CONTEXTS ?? [undefined]).map((context) => openCluster(kubeconfig, { context, namespace })),
  );
  await applyObjects(clusters[0]);
  return clusters;
}
