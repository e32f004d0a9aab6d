/** A kubeconfig after its files were merged. */
import type {
  Cluster,
  Context,
  User,
} from "npm:@kubernetes/client-node@1.4.0/dist/config_types.js";

export interface Kubeconfig {
  readonly clusters: readonly (Cluster & ForPlugins)[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext?: string;
}

/** What the library leaves out of a cluster, and exec plugins are told. */
export interface ForPlugins {
  readonly disablesCompression?: boolean;
  readonly pluginConfig?: unknown;
}
