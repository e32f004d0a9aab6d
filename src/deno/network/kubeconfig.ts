/** Loads a context of the kubeconfig: the server, and the credentials for it. */
import { UsageError } from "../../errors.ts";
import type { ConnectOptions } from "../../host.ts";
import type { ActsAs } from "../../kube/interface.ts";
import { readCluster } from "./kubeconfig/cluster.ts";
import { choose } from "./kubeconfig/contexts.ts";
import {
  type Credentials,
  credentialsOf,
  type CredentialSource,
} from "./kubeconfig/credentials.ts";
import { readKubeconfig } from "./kubeconfig/files.ts";
import { readUser } from "./kubeconfig/user.ts";

/** How to reach one cluster as one user. */
export interface Connection {
  /** Without a final slash. */
  readonly server: string;
  readonly namespace: string;
  readonly caCerts?: string[];
  readonly proxy?: string;
  /** The impersonated user, if there is one. */
  readonly actsAs?: ActsAs;
  /** Is asked before each request, and again with the credentials that got a 401. */
  readonly credentials: CredentialSource;
}

export type { Credentials };

/** @param signal ends an exec plugin */
export async function loadConnection(
  options: ConnectOptions,
  signal?: AbortSignal,
): Promise<Connection> {
  const config = readKubeconfig(options);
  const chosen = choose(config, options.context);
  const cluster = readCluster(chosen.cluster);
  if (cluster.skipTLSVerify || cluster.tlsServerName) {
    const key = cluster.skipTLSVerify ? "insecure-skip-tls-verify" : "tls-server-name";
    throw new UsageError(`Cannot use cluster "${cluster.name}": ${key} is not supported`, {
      hint: "give the cluster's certificate-authority and a server name that its certificate has",
    });
  }
  const { authority, proxyUrl } = cluster;
  const isOpen = URL.parse(cluster.server)?.protocol === "http:";
  const user = readUser(chosen.user, { ...options, isOpen });
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: options.namespace || chosen.namespace || "default",
    caCerts: authority === undefined ? undefined : [authority],
    proxy: proxyUrl,
    actsAs: user.impersonation,
    credentials: await credentialsOf(user, {
      cluster: {
        server: cluster.server,
        authority,
        proxy: proxyUrl,
        disablesCompression: cluster.disablesCompression,
        config: cluster.pluginConfig,
      },
      signal,
    }),
  };
}
