/** The cluster as its ordinary user has it. */
import { type Cluster, openCluster } from "../support/cluster.ts";

/**
 * Connects as the ordinary user of tests, from the first context. Tests that run at once need a
 * namespace each. Default: the context's.
 */
export async function openUser(namespace?: string): Promise<Cluster> {
  const [context] = Deno.env.get("TKN_DEV_TEST_CONTEXTS")!.split(",");
  return await openCluster(Deno.env.get("KUBECONFIG")!, { context, namespace });
}
