/**
 * Runs the program that the kubeconfig names for credentials, by the rules of client-go
 * (plugin/pkg/client/auth/exec). The plugin inherits stderr, so that its questions show at once,
 * and stdin if that is a terminal and the kubeconfig allows it. It may wait for the user: Ctrl-C
 * ends it, and so does a quarter of an hour.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { existsSync } from "node:fs";
import { isRaw, lending } from "../../terminal/lent.ts";
import type { ExecSpec } from "./exec_spec.ts";
import { LoginError } from "./login_error.ts";
import { type Certificate, pairFault } from "./pem.ts";
import { messageOf } from "./words.ts";

/** The cluster, for plugins with `provideClusterInfo`. */
export interface ClusterInfo {
  readonly server: string;
  readonly tlsServerName?: string;
  readonly skipTLSVerify?: boolean;
  /** In PEM. */
  readonly authority?: string;
  readonly proxy?: string;
  readonly disablesCompression?: boolean;
  /** The cluster's extension for exec plugins. */
  readonly config?: unknown;
}

export interface PluginCredentials {
  readonly token?: string;
  readonly certificate?: Certificate;
  /** When they end, in milliseconds since the epoch. */
  readonly untilMs?: number;
}

export interface PluginLimits {
  /** Ends the plugin. Once it has aborted, a plugin may still run for requests that clean up. */
  readonly signal?: AbortSignal;
  readonly longestMs?: number;
  /**
   * Called once with the program's name if it has not ended after `waitMs`, and whether it may ask
   * the user.
   */
  readonly onWait?: (program: string, mayAsk: boolean) => void;
  readonly waitMs?: number;
}

const LARGEST_ANSWER = 1 << 20;
/** A plugin may wait for a person, in a browser. */
const LONGEST_MS = 15 * 60_000;
/** The user learns then what takes so long. An answer to a question takes longer than a token. */
const WAIT_MS = 2_000;
const QUESTION_MS = 10_000;

/** Runs the plugin and returns its credentials. Throws LoginError. */
export async function runPlugin(
  spec: ExecSpec,
  cluster: ClusterInfo,
  { signal, longestMs = LONGEST_MS, onWait = () => {}, waitMs }: PluginLimits = {},
): Promise<PluginCredentials> {
  const own = signal?.aborted ? undefined : signal;
  const interactive = isInteractive(spec, own === signal);
  const info = execInfo(spec, cluster, interactive);
  const run = { interactive, info, signal: own, longestMs };
  const waiting = setTimeout(
    () => onWait(spec.command, interactive),
    waitMs ?? (interactive ? QUESTION_MS : WAIT_MS),
  );
  try {
    return readCredentials(await lending(() => answerOf(spec, run)), spec);
  } catch (error) {
    if (!interactive || !(error instanceof LoginError)) throw error;
    throw new LoginError(error.message, { hint: error.hint, wasAsked: true, cause: error });
  } finally {
    clearTimeout(waiting);
  }
}

function isInteractive({ interactiveMode }: ExecSpec, mayAsk: boolean): boolean {
  const isAvailable = mayAsk && Deno.stdin.isTerminal() && !isRaw();
  if (interactiveMode === "Always" && !isAvailable) {
    const why = Deno.stdin.isTerminal() ? "the terminal is in use" : "stdin is not a terminal";
    throw new LoginError(`its exec plugin needs a terminal (interactiveMode Always), and ${why}`, {
      hint: "run it at a terminal once, or log in by the plugin's own program",
      wasAsked: true,
    });
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

interface Run {
  readonly interactive: boolean;
  readonly info: string;
  readonly signal?: AbortSignal;
  readonly longestMs: number;
}

/** Runs the plugin to its end, and returns what it printed. */
async function answerOf(spec: ExecSpec, run: Run): Promise<string> {
  const { signal, longestMs } = run;
  const child = start(spec, run);
  const stdout = child.stdout.getReader();
  const ended = Promise.withResolvers<never>();
  const onAbort = () => ended.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const timer = setTimeout(() => {
    const minutes = longestMs / 60_000;
    ended.reject(
      new LoginError(`its exec plugin "${spec.command}" gave no answer for ${minutes} minutes`),
    );
  }, longestMs);
  const answer = read(child, stdout, spec, signal);
  answer.catch(() => {}); // of a plugin that is ended
  try {
    return await Promise.race([answer, ended.promise]);
  } catch (error) {
    await end(child);
    await stdout.cancel(); // a program that the plugin left behind may keep it open
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function start({ command, args, env, installHint }: ExecSpec, run: Run): Deno.ChildProcess {
  try {
    return new Deno.Command(command, {
      args: [...args],
      env: { ...env, KUBERNETES_EXEC_INFO: run.info },
      stdin: run.interactive ? "inherit" : "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (cause) {
    const isThere = /[/\\]/.test(command) && existsSync(command);
    if (cause instanceof Deno.errors.NotFound && !isThere) {
      const hint = installHint ?? "install it, or log in to the cluster in another way";
      throw new LoginError(`there is no program "${command}"`, { hint, cause });
    }
    const why = isThere && cause instanceof Deno.errors.NotFound
      ? "its interpreter is not there"
      : messageOf(cause);
    throw new LoginError(`its exec plugin "${command}" cannot be run: ${why}`, { cause });
  }
}

/** A plugin that does not end by itself then is killed. */
const END_MS = 1_000;

async function end(child: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), END_MS);
  await child.status;
  clearTimeout(timer);
}

async function read(
  child: Deno.ChildProcess,
  stdout: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  { command }: ExecSpec,
  signal: AbortSignal | undefined,
): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (true) {
    const { done, value: chunk } = await stdout.read();
    if (done) break;
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER) {
      throw new LoginError(`its exec plugin "${command}" printed more than 1 MiB`);
    }
    chunks.push(chunk);
  }
  const { success, code, signal: killed } = await child.status;
  if (signal !== undefined && (killed === "SIGINT" || code === INTERRUPTED)) await abortOf(signal);
  signal?.throwIfAborted();
  if (!success) throw new LoginError(`its exec plugin "${command}" failed with exit code ${code}`);
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
    throw new LoginError(`what ${plugin} printed is not JSON`);
  }
  const { apiVersion: own, status } = (answer ?? {}) as { apiVersion?: unknown; status?: unknown };
  if (own !== undefined && own !== apiVersion) {
    throw new LoginError(`${plugin} answered with apiVersion "${own}", not "${apiVersion}"`, {
      hint: "the apiVersion in the kubeconfig is to be the plugin's",
    });
  }
  if (typeof status !== "object" || status === null) throw new LoginError(`${plugin} gave none`);
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
    throw new LoginError(`${plugin} gave a certificate or a key alone, not both`);
  }
  if (token === undefined && cert === undefined) throw new LoginError(`${plugin} gave none`);
  const certificate = cert === undefined ? undefined : { cert, key: key! };
  const names = { cert: "clientCertificateData", key: "clientKeyData" };
  const fault = certificate && pairFault(certificate, names);
  if (fault !== undefined) throw new LoginError(`the ${fault}, from ${plugin}`);
  return { token, certificate, untilMs: endOf(status, plugin) };
}

function endOf(status: object, plugin: string): number | undefined {
  const { expirationTimestamp: end } = status as { expirationTimestamp?: unknown };
  if (end === undefined || end === null) return undefined;
  const ms = typeof end === "string" && RFC_3339.test(end) ? Date.parse(end) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new LoginError(`${plugin} gave an expirationTimestamp that is not a time`, {
    hint: "it is like 2030-01-31T12:00:00Z",
  });
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
