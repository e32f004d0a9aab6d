/** The scenarios on the cluster that KUBECONFIG names, as the ordinary user of the contexts dev and dev-cert. */
import { refusedScenarios } from "../scenarios/refused.ts";
import { tell } from "../scenarios/scenario.ts";
import { uploadScenarios } from "../scenarios/upload.ts";
import { applyYaml, type Cluster, openCluster } from "../support/cluster.ts";

let opened: Promise<Cluster[]> | undefined;

tell([...uploadScenarios, ...refusedScenarios], () => opened ??= open());

async function open(): Promise<Cluster[]> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const logins = Deno.env.get("TKN_DEV_TEST_CONTEXTS")?.split(",") ?? [undefined];
  const clusters = await Promise.all(logins.map((context) => openCluster(kubeconfig, context)));
  const objects = new URL("../scenarios/objects.yaml", import.meta.url);
  await applyYaml(clusters[0].kube, await Deno.readTextFile(objects));
  return clusters;
}
