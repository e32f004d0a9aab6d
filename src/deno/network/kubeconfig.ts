/**
 * Loads a context of the kubeconfig: the server, and the credentials for it. Kubernetes' own client
 * library interprets the entries and asks OIDC and similar providers. Only those modules are
 * imported: its class KubeConfig would load 15 MB of generated API, which takes ten times as long.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import type { ConnectOptions } from "../../host.ts";
import { variable } from "../variable.ts";
import { decoded } from "./dial/proxy.ts";
import { envProxy } from "./env_proxy.ts";
import { type Credentials, credentialsOf, fileOrData } from "./kubeconfig/credentials.ts";
import { readKubeconfig } from "./kubeconfig/files.ts";
import { messageOf } from "./kubeconfig/words.ts";
import type { Kubeconfig } from "./kubeconfig/merged.ts";

/** How to reach one cluster as one user. */
export interface Connection {
  /** Without user, query and final slash. */
  readonly server: string;
  readonly namespace: string;
  readonly tls: ServerTls;
  /** A URL of http, https, socks5 or socks5h. */
  readonly proxy?: string;
  /** Is called again after a 401: the token may have expired. */
  credentials(): Promise<Credentials>;
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

/** @param signal ends an exec plugin */
export async function loadConnection(
  options: ConnectOptions,
  signal?: AbortSignal,
): Promise<Connection> {
  const config = readKubeconfig(options);
  const { context, cluster, user } = choose(config, options.context);
  checkUrls(cluster);
  const server = new URL(cluster.server);
  const ca = authorityOf(cluster);
  const credentials = await credentialsOf(user, {
    cluster: {
      server: cluster.server,
      tlsServerName: cluster.tlsServerName,
      skipTLSVerify: cluster.skipTLSVerify,
      authority: ca,
      proxy: cluster.proxyUrl,
      disablesCompression: cluster.disablesCompression,
      config: cluster.pluginConfig,
    },
    signal,
  });
  return {
    server: server.origin + server.pathname.replace(/\/+$/, ""),
    namespace: options.namespace || context.namespace || "default",
    tls: {
      ca: ca === undefined ? undefined : [ca],
      servername: cluster.tlsServerName || undefined,
      insecure: cluster.skipTLSVerify,
    },
    proxy: cluster.proxyUrl || proxyOfEnvironment(server),
    credentials: async () => withLogin(await credentials(), server),
  };
}

/** A user and a password in the server's URL count if there are no other credentials. */
function withLogin(
  { headers, certificate }: Credentials,
  { username, password }: URL,
): Credentials {
  if (username === "" || headers.Authorization !== undefined) return { headers, certificate };
  const login = `${decoded(username)}:${decoded(password)}`;
  const Authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  return { headers: { ...headers, Authorization }, certificate };
}

function proxyOfEnvironment(server: URL): string | undefined {
  const proxy = envProxy(server, variable);
  if (proxy === undefined || isUrl(proxy, PROXY_SCHEMES)) return proxy;
  throw new UsageError(`Cannot use the proxy of the environment: it is not a known kind`, {
    hint: "HTTPS_PROXY and HTTP_PROXY are like http://192.0.2.1:3128 or socks5://192.0.2.1:1080",
  });
}

const PROXY_SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];

/** Throws UsageError. A proxy's URL is not quoted, since it may have a password. */
function checkUrls({ name, server, proxyUrl }: Kubeconfig["clusters"][number]): void {
  const refuse = (key: string, example: string) => {
    const message = `Cannot use cluster "${name}": its ${key} is not a URL`;
    throw new UsageError(message, { hint: `like ${example}` });
  };
  if (!isUrl(server, ["https:", "http:"])) refuse("server", "https://192.0.2.1:6443");
  if (proxyUrl && !isUrl(proxyUrl, PROXY_SCHEMES)) refuse("proxy-url", "http://192.0.2.1:3128");
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  return schemes.includes(URL.parse(text)?.protocol ?? "");
}

/** Returns the entries of the named context, by default of the current one. */
function choose({ clusters, contexts, users, currentContext }: Kubeconfig, asked?: string) {
  const names = contexts.map(({ name }) => name);
  const hint = names.length === 0
    ? "it has no contexts at all"
    : `its contexts: ${names.join(", ")}`;
  const name = asked ?? currentContext;
  const context = contexts.find((one) => one.name === name);
  if (asked !== undefined && context === undefined) {
    throw new UsageError(`Cannot use context "${name}": the kubeconfig has no such context`, {
      hint,
    });
  }
  const cluster = clusters.find((one) => one.name === context?.cluster);
  if (context === undefined || cluster === undefined) {
    throw new UsageError(
      name
        ? `Cannot use context "${name}": the kubeconfig has no such context or cluster`
        : `Cannot choose a cluster: the kubeconfig has no current context`,
      { hint },
    );
  }
  return { context, cluster, user: users.find((one) => one.name === context.user) };
}

function authorityOf(
  { name, caFile, caData, skipTLSVerify }: Kubeconfig["clusters"][number],
): string | undefined {
  try {
    const ca = fileOrData(caFile, caData);
    if (ca !== undefined && skipTLSVerify) {
      throw new Error("insecure-skip-tls-verify needs no certificate-authority, and it has both");
    }
    return ca;
  } catch (error) {
    throw new UsageError(`Cannot trust cluster "${name}": ${messageOf(error)}`, {
      hint: "does kubectl work with this context?",
      cause: error,
    });
  }
}
