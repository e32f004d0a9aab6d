/** A kubeconfig, merged from its files. */
import type {
  Cluster,
  Context,
  User,
} from "npm:@kubernetes/client-node@1.4.0/dist/config_types.js";

export interface Kubeconfig {
  readonly clusters: readonly (Cluster & ForPlugins)[];
  readonly users: readonly (User & ForToken)[];
  readonly contexts: readonly Context[];
  readonly currentContext?: string;
}

/** The field of a user that the library drops. */
export interface ForToken {
  readonly tokenFile?: string;
}

/** The fields of a cluster that the library drops and that exec plugins receive. */
export interface ForPlugins {
  readonly disablesCompression?: boolean;
  readonly pluginConfig?: unknown;
}
