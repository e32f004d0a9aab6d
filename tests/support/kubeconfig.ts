/** Copies of a cluster's kubeconfig with a change. */
import { parse } from "npm:yaml@2.9.1";
import type { Cluster } from "./cluster.ts";

export interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[];
  users: { user: Record<string, string> }[];
}

/** Writes a changed copy to `path`, and returns flags that replace the cluster's flags. */
export async function changedKubeconfig(
  cluster: Cluster,
  path: string,
  change: (config: Kubeconfig) => void | Promise<void>,
): Promise<string[]> {
  const original = cluster.flags[cluster.flags.indexOf("--kubeconfig") + 1];
  const config = parse(await Deno.readTextFile(original)) as Kubeconfig;
  await change(config);
  await Deno.writeTextFile(path, JSON.stringify(config));
  return [...cluster.flags, "--kubeconfig", path];
}
