/**
 * Reads a kubeconfig and its credentials with Kubernetes' own client library: files, exec plugins,
 * OIDC, in-cluster. It is loaded only here, when a cluster is needed: it costs 60 ms and more.
 */
import process from "node:process";
import type { KubeConfig } from "npm:@kubernetes/client-node@1.4.0";
import { UsageError } from "../errors.ts";
import type { ConnectOptions } from "../host.ts";

/** How to reach one cluster as one user. */
export interface Connection {
  /** Without a final slash. */
  readonly server: string;
  readonly namespace: string;
  readonly caCerts?: string[];
  readonly proxy?: string;
  /** Asked again after a 401: a token may have expired. */
  credentials(): Promise<Credentials>;
}

export interface Credentials {
  readonly headers: Record<string, string>;
  /** A client certificate and its key, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

export async function loadConnection(options: ConnectOptions): Promise<Connection> {
  // The library's own libraries use a module that Node deprecates; the user can't change that.
  (process as { noDeprecation?: boolean }).noDeprecation = true;
  const { KubeConfig } = await import("npm:@kubernetes/client-node@1.4.0");
  const config = load(KubeConfig, options);
  if (options.context !== undefined) useContext(config, options.context);
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (context === null || cluster === null) {
    throw new UsageError(
      config.getCurrentContext()
        ? `Cannot use context "${config.getCurrentContext()}": the kubeconfig has no such context or cluster`
        : `Cannot choose a cluster: the kubeconfig has no current context`,
      { hint: contextsHint(config) },
    );
  }
  if (cluster.skipTLSVerify || cluster.tlsServerName) {
    const key = cluster.skipTLSVerify ? "insecure-skip-tls-verify" : "tls-server-name";
    throw new UsageError(`Cannot use cluster "${cluster.name}": ${key} is not supported`, {
      hint: "give the cluster's certificate-authority and a server name that its certificate has",
    });
  }
  // The library wants to be told twice that a plain one, as of kubectl proxy, has no certificate.
  if (cluster.server.startsWith("http:")) Object.assign(cluster, { skipTLSVerify: true });
  const first = await optionsOf(config);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: options.namespace || context.namespace || "default",
    caCerts: first.ca === undefined ? undefined : [first.ca],
    proxy: cluster.proxyUrl,
    credentials: credentialsOf(config, first),
  };
}

type HttpsOptions = {
  ca?: string;
  cert?: string;
  key?: string;
  auth?: string;
  headers: Record<string, string>;
};

function credentialsOf(config: KubeConfig, first: HttpsOptions): () => Promise<Credentials> {
  let ready: HttpsOptions | undefined = first;
  return async () => {
    const options = ready ?? await optionsOf(config);
    ready = undefined;
    const { auth, cert, key } = options;
    const headers: Record<string, string> = { ...options.headers };
    if (auth !== undefined) headers.Authorization ??= `Basic ${btoa(auth)}`;
    return {
      headers,
      certificate: cert === undefined || key === undefined ? undefined : { cert, key },
    };
  };
}

async function optionsOf(config: KubeConfig): Promise<HttpsOptions> {
  const options: Record<string, unknown> = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const user = config.getCurrentUser()?.name ?? "";
    const why = messageOf(error, "its exec plugin gave none") || "its exec plugin failed";
    throw new UsageError(`Cannot get the credentials of user "${user}": ${why}`, {
      hint: "does kubectl work with this context?",
      cause: error,
    });
  }
  return {
    ca: text(options.ca),
    cert: text(options.cert),
    key: text(options.key),
    auth: text(options.auth),
    headers: options.headers as Record<string, string>,
  };
}

/** PEM, whether it came as bytes or as text. */
function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

/** kubectl's order: the flag, then $KUBECONFIG (missing files passed over), then ~/.kube/config, then in-cluster. */
function load(Config: typeof KubeConfig, options: ConnectOptions): KubeConfig {
  const config = new Config();
  const variable = Deno.env.get("KUBECONFIG");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const paths = options.kubeconfig !== undefined
    ? [options.kubeconfig]
    : variable?.split(separator).filter((path) => path !== "");
  if (paths === undefined || paths.length === 0) {
    config.loadFromDefault();
    if (config.getCurrentCluster()?.server === "http://localhost:8080") throw noKubeconfig();
    return config;
  }
  const present = paths.filter((path) => options.kubeconfig !== undefined || exists(path));
  if (present.length === 0) throw noKubeconfig(variable);
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: "" });
  for (const path of present) {
    try {
      const part = new Config();
      part.loadFromFile(path);
      addMissing(config, part);
    } catch (error) {
      const why = messageOf(error, "it is empty").replace(`: ${path}`, "");
      throw new UsageError(`Cannot read kubeconfig "${path}": ${why}`, {
        hint: "name another with --kubeconfig or $KUBECONFIG",
        cause: error,
      });
    }
  }
  return config;
}

/** kubectl's rule: the first file to name a thing, or a current context, wins. */
function addMissing(config: KubeConfig, part: KubeConfig): void {
  const both = <T extends { name: string }>(own: T[], more: T[]) => [
    ...own,
    ...more.filter(({ name }) => !own.some((one) => one.name === name)),
  ];
  config.loadFromOptions({
    clusters: both(config.clusters, part.clusters),
    users: both(config.users, part.users),
    contexts: both(config.contexts, part.contexts),
    currentContext: config.currentContext || part.currentContext,
  });
}

function noKubeconfig(variable?: string): UsageError {
  const looked = variable === undefined ? "~/.kube/config" : `KUBECONFIG=${variable}`;
  return new UsageError(`Cannot find a kubeconfig: ${looked} is not there`, {
    hint: "name one with --kubeconfig, or try without a cluster: tkn-dev sandbox",
  });
}

function useContext(config: KubeConfig, name: string): void {
  if (config.getContextObject(name) === null) {
    throw new UsageError(`Cannot use context "${name}": the kubeconfig has no such context`, {
      hint: contextsHint(config),
    });
  }
  config.setCurrentContext(name);
}

function contextsHint(config: KubeConfig): string {
  const names = config.getContexts().map((context) => context.name);
  return names.length === 0 ? "it has no contexts at all" : `its contexts: ${names.join(", ")}`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The first line of an error of the library made plain; `none` where it stumbled over nothing. */
function messageOf(error: unknown, none: string): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  if (error instanceof SyntaxError) return `what its exec plugin printed is no JSON: ${line}`;
  if (/^Cannot read properties of (null|undefined)/.test(line)) return none;
  const program = /^spawn (.+) ENOENT/.exec(line)?.[1];
  if (program !== undefined) return `there is no program "${program}"`;
  const absent = /ENOENT.*?(?:'([^']+)')?$/.exec(line);
  if (absent === null) return line;
  return absent[1] === undefined ? "no such file" : `no such file: ${absent[1]}`;
}
