/**
 * Runs the program that the kubeconfig names for credentials, by the rules of client-go
 * (plugin/pkg/client/auth/exec). The plugin inherits stderr, so that its questions show at once,
 * and stdin if that is a terminal and the kubeconfig allows it. It may wait for the user: Ctrl-C
 * ends it.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { isRaw, lending } from "../../terminal/lent.ts";
import type { ExecSpec } from "./exec_spec.ts";
import { PluginError } from "./plugin_error.ts";

/** The cluster, for plugins with `provideClusterInfo`. */
export interface ClusterInfo {
  readonly server: string;
  readonly tlsServerName?: string;
  readonly skipTLSVerify?: boolean;
  /** In PEM. */
  readonly authority?: string;
  readonly proxy?: string;
  readonly disablesCompression?: boolean;
  /** The extension of the cluster named EXTENSION. */
  readonly config?: unknown;
}

export const EXTENSION = "client.authentication.k8s.io/exec";

export interface PluginCredentials {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

const LARGEST_ANSWER = 1 << 20;

/** Runs the plugin and returns its credentials. Throws PluginError. */
export async function runPlugin(
  spec: ExecSpec,
  cluster: ClusterInfo,
  signal?: AbortSignal,
): Promise<PluginCredentials> {
  const interactive = isInteractive(spec);
  const info = execInfo(spec, cluster, interactive);
  const stdout = await lending(() => answerOf(spec, { interactive, info, signal }));
  return readCredentials(stdout, spec);
}

function isInteractive({ interactiveMode }: ExecSpec): boolean {
  const isAvailable = Deno.stdin.isTerminal() && !isRaw();
  if (interactiveMode === "Always" && !isAvailable) {
    throw new PluginError(
      "its exec plugin needs a terminal (interactiveMode Always), and stdin is not a terminal",
      {
        hint: "run it at a terminal once, or log in by the plugin's own program",
      },
    );
  }
  return interactiveMode !== "Never" && isAvailable;
}

/** Returns the value of KUBERNETES_EXEC_INFO as client-go writes it, with a newline. */
function execInfo(spec: ExecSpec, cluster: ClusterInfo, interactive: boolean): string {
  const { apiVersion, providesClusterInfo } = spec;
  const { server, authority } = cluster;
  const own = {
    server,
    "tls-server-name": cluster.tlsServerName || undefined,
    "insecure-skip-tls-verify": cluster.skipTLSVerify || undefined,
    "certificate-authority-data": authority === undefined
      ? undefined
      : new TextEncoder().encode(authority).toBase64(),
    "proxy-url": cluster.proxy || undefined,
    "disable-compression": cluster.disablesCompression || undefined,
    config: cluster.config ?? null,
  };
  const info = { ...providesClusterInfo ? { cluster: own } : {}, interactive };
  return `${JSON.stringify({ kind: "ExecCredential", apiVersion, spec: info })}\n`;
}

async function answerOf(
  { command, args, env, installHint }: ExecSpec,
  { interactive, info, signal }: { interactive: boolean; info: string; signal?: AbortSignal },
): Promise<string> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      env: { ...env, KUBERNETES_EXEC_INFO: info },
      stdin: interactive ? "inherit" : "null",
      stdout: "piped",
      stderr: "inherit",
      signal,
    }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      const hint = installHint ?? "install it, or log in to the cluster in another way";
      throw new PluginError(`there is no program "${command}"`, { hint, cause });
    }
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new PluginError(`its exec plugin "${command}" cannot be run: ${why}`, { cause });
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER) {
      child.kill();
      throw new PluginError(`its exec plugin "${command}" printed more than 1 MiB`);
    }
    chunks.push(chunk);
  }
  const { success, code, signal: killed } = await child.status;
  if (signal !== undefined && (killed === "SIGINT" || code === INTERRUPTED)) await abortOf(signal);
  signal?.throwIfAborted();
  if (!success) throw new PluginError(`its exec plugin "${command}" failed with exit code ${code}`);
  return await new Blob(chunks).text();
}

/** The exit code in a shell of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;
/** How much later Ctrl-C may reach this program than the plugin. */
const INTERRUPT_MS = 1_000;

async function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, INTERRUPT_MS);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

function readCredentials(stdout: string, { command, apiVersion }: ExecSpec): PluginCredentials {
  const plugin = `its exec plugin "${command}"`;
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    // The parser's message quotes what was printed, which may be a token.
    throw new PluginError(`what ${plugin} printed is not JSON`);
  }
  const { apiVersion: own, status } = (answer ?? {}) as { apiVersion?: unknown; status?: unknown };
  if (own !== undefined && own !== apiVersion) {
    throw new PluginError(`${plugin} answered with apiVersion "${own}", not "${apiVersion}"`, {
      hint: "the apiVersion in the kubeconfig is to be the plugin's",
    });
  }
  if (typeof status !== "object" || status === null) throw new PluginError(`${plugin} gave none`);
  const text = (key: string) => {
    const value = (status as Record<string, unknown>)[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [token, cert, key] = [
    text("token"),
    text("clientCertificateData"),
    text("clientKeyData"),
  ];
  if ((cert === undefined) !== (key === undefined)) {
    throw new PluginError(`${plugin} gave a certificate or a key alone, not both`);
  }
  if (token === undefined && cert === undefined) throw new PluginError(`${plugin} gave none`);
  return { token, certificate: cert === undefined ? undefined : { cert, key: key! } };
}
