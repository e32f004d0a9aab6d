/** Loads a context of the kubeconfig: the server, and the credentials for it. */
import { UsageError } from "../../errors.ts";
import type { ConnectOptions } from "../../host.ts";
import type { ActsAs } from "../../kube/interface.ts";
import { variable } from "../variable.ts";
import { decoded } from "./dial/proxy.ts";
import { envProxy } from "./env_proxy.ts";
import { isProxyUrl, readCluster } from "./kubeconfig/cluster.ts";
import { choose } from "./kubeconfig/contexts.ts";
import {
  type Credentials,
  credentialsOf,
  type CredentialSource,
} from "./kubeconfig/credentials.ts";
import type { PluginLimits } from "./kubeconfig/exec_plugin.ts";
import { readKubeconfig } from "./kubeconfig/files.ts";
import { readUser } from "./kubeconfig/user.ts";

/** How to reach one cluster as one user. */
export interface Connection {
  /** Without user, query and final slash. */
  readonly server: string;
  readonly namespace: string;
  readonly tls: ServerTls;
  /** A URL of http, https, socks5 or socks5h. */
  readonly proxy?: string;
  /** Whether the server is not to pack its answers. */
  readonly disablesCompression?: boolean;
  /** The impersonated user, if there is one. */
  readonly actsAs?: ActsAs;
  /** Is asked before each request, and again with the credentials that got a 401. */
  readonly credentials: CredentialSource;
}

/** Which certificate of the server is trusted. */
export interface ServerTls {
  /** In PEM. Absent for the authorities that the system trusts. */
  readonly ca?: readonly string[];
  /** The name that the certificate must have, if it is not the host. */
  readonly servername?: string;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
}

export type { Credentials };

/** @param during the signal ends an exec plugin; see PluginLimits */
export async function loadConnection(
  options: ConnectOptions,
  during: Pick<PluginLimits, "signal" | "onWait"> = {},
): Promise<Connection> {
  const config = readKubeconfig(options);
  const chosen = choose(config, options.context);
  const cluster = readCluster(chosen.cluster);
  const { origin, pathname, protocol, username, password } = new URL(cluster.server);
  const { authority, proxyUrl } = cluster;
  const isOpen = protocol === "http:";
  const serverLogin = username === "" && password === ""
    ? undefined
    : { username: decoded(username), password: decoded(password) };
  const user = readUser(chosen.user, { ...options, isOpen, serverLogin });
  return {
    server: origin + pathname.replace(/\/+$/, ""),
    namespace: options.namespace || chosen.namespace || "default",
    tls: {
      ca: authority === undefined ? undefined : [authority],
      servername: cluster.tlsServerName,
      insecure: cluster.skipTLSVerify,
    },
    proxy: proxyUrl ?? proxyOfEnvironment(new URL(cluster.server)),
    disablesCompression: cluster.disablesCompression,
    actsAs: user.impersonation,
    credentials: await credentialsOf(user, {
      cluster: {
        server: cluster.server,
        tlsServerName: cluster.tlsServerName,
        skipTLSVerify: cluster.skipTLSVerify,
        authority,
        proxy: proxyUrl,
        disablesCompression: cluster.disablesCompression,
        config: cluster.pluginConfig,
      },
      ...during,
    }),
  };
}

function proxyOfEnvironment(server: URL): string | undefined {
  const proxy = envProxy(server, variable);
  if (proxy === undefined || isProxyUrl(proxy)) return proxy;
  throw new UsageError("Cannot use the proxy of the environment: it is not a known kind", {
    hint: "HTTPS_PROXY and HTTP_PROXY are like http://192.0.2.1:3128 or socks5://192.0.2.1:1080",
  });
}
