/** The contexts of a kubeconfig. */
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions, KubeContext } from "../../../host.ts";
import { type Entry, Fields, type Kubeconfig } from "./entries.ts";
import { readKubeconfig } from "./files.ts";

export interface Chosen {
  readonly namespace?: string;
  readonly cluster: Entry;
  /** Absent if the context names none. */
  readonly user?: Entry;
}

/** Returns the entries of the named context, by default of the current one. */
export function choose(config: Kubeconfig, asked?: string): Chosen {
  const { clusters, contexts, users, currentContext } = config;
  const all = [...new Set(contexts.map(({ name }) => name))];
  const hint = all.length === 0 ? "it has no contexts at all" : `its contexts: ${all.join(", ")}`;
  const name = asked ?? currentContext;
  if (!name) {
    throw new UsageError("Cannot choose a cluster: the kubeconfig has no current context", {
      hint,
    });
  }
  const entry = contexts.find((one) => one.name === name);
  if (entry === undefined) {
    const message = `Cannot use context "${name}": the kubeconfig has no such context`;
    throw new UsageError(message, { hint });
  }
  const context = new Fields("context", entry);
  const clusterName = context.text("cluster");
  if (clusterName === undefined) throw context.refusal("it names no cluster");
  const cluster = clusters.find((one) => one.name === clusterName);
  if (cluster === undefined) {
    throw context.refusal(`the kubeconfig has no cluster "${clusterName}"`);
  }
  const userName = context.text("user");
  const user = users.find((one) => one.name === userName);
  if (user === undefined && userName !== undefined) {
    throw context.refusal(`the kubeconfig has no user "${userName}"`);
  }
  return { namespace: context.text("namespace"), cluster, user };
}

/** Returns the contexts that can be read. */
export function readContexts(options: Pick<ConnectOptions, "kubeconfig">): KubeContext[] {
  const { contexts, currentContext } = readKubeconfig(options);
  return contexts.flatMap((entry) => {
    try {
      const fields = new Fields("context", entry);
      const namespace = fields.text("namespace");
      const isCurrent = entry.name === currentContext;
      return [{ name: entry.name, cluster: fields.text("cluster") ?? "", namespace, isCurrent }];
    } catch {
      return [];
    }
  });
}
