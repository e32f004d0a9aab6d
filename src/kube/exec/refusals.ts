/** Why an exec does not open: what the API server refuses, and what stands before it. */
import { ClusterError } from "../../errors.ts";
import { LARGEST, parseStatus, readStart } from "../answers.ts";
import type { ExecResult } from "../interface.ts";
import { retryAfterMs } from "../retry.ts";
import { networkState, refused, StatusError } from "../status.ts";
import type { Transport } from "../transport.ts";
import type { Options } from "./stream.ts";

/** The answer to a plain request that would be valid as an upgrade. */
const UPGRADE_REQUIRED = /upgrade request required/i;

/** One protocol does not come through. No command has run. `why` completes `SPDY: `. */
export class NotLetThrough extends ClusterError {
  constructor(
    { server }: Pick<Transport, "server">,
    { pod }: Pick<Options, "pod">,
    readonly why: string,
    cause?: unknown,
  ) {
    super(`Cannot exec into Pod "${pod}": ${server} does not take it: ${why}`, {
      hint: "the server may restart; try again",
      cause,
    });
  }
}

/** The way to the pod can't carry the exec, which another try does not change. */
export class NoExec extends ClusterError {}

/** One protocol, and why no exec opens by it. */
export interface Tried {
  readonly name: "SPDY" | "websocket";
  readonly error: unknown;
}

/** Returns the error for an exec whose protocols have all been tried. */
export function noExec(
  { server, proxy }: Pick<Transport, "server" | "proxy">,
  { namespace, pod, container }: Options,
  tried: readonly Tried[],
): NoExec {
  const who = proxy === undefined ? server : `the proxy ${proxy}`;
  const why = tried.map(({ name, error }) => `${name}: ${whyOf(error)}`).join("; ");
  const other = tried.length > 1 ? "" : "--exec-protocol=auto tries both ways; ";
  const way = proxy === undefined
    ? "what stands before the API server must pass on upgrades;"
    : `does NO_PROXY=${new URL(server).hostname}, or no proxy-url, reach it?`;
  return new NoExec(`Cannot exec into Pod "${pod}": ${who} lets no exec through: ${why}`, {
    hint: `${other}${way} compare: kubectl exec -n ${namespace} ${pod} -c ${container} -- true`,
    cause: tried.at(-1)?.error,
  });
}

function whyOf(error: unknown): string {
  if (error instanceof NotLetThrough) return error.why;
  if (error instanceof StatusError) return error.message.replace(/^Cannot [^:]*: /, "");
  return networkState(error instanceof ClusterError ? error.cause : error);
}

/**
 * Returns the node's refusal to run the command, which is a line of text with the code 500. Throws
 * StatusError for a refusal of the API server, which is a Status, and NotLetThrough for the answer
 * of a proxy, or of an API server that a proxy hid the upgrade from.
 */
export async function readRefusal(
  transport: Transport,
  options: Options,
  response: Response,
): Promise<{ notRun: ExecResult }> {
  const refusal = await refusalOf(transport, options, response);
  const { kind, code, message = "" } = refusal.status;
  if (code === 500 && kind === undefined && /^[^<\s]/.test(message)) return { notRun: { message } };
  throw named(transport, options, refusal);
}

/** Returns NotLetThrough for an answer that is no refusal of the API server, or else the answer. */
export function named(transport: Transport, options: Options, answer: StatusError): ClusterError {
  const { kind, code } = answer.status;
  const isUpgradeAlone = isUpgradeRequired(answer);
  if ((kind === "Status" && !isUpgradeAlone) || code === 401) return answer;
  const why = isUpgradeAlone ? "the upgrade is not passed on" : `the answer is ${code}`;
  return new NotLetThrough(transport, options, why, answer);
}

/** Whether a plain request of an exec has come through. */
export function isUpgradeRequired(error: unknown): boolean {
  return error instanceof StatusError && error.status.code === 400 &&
    UPGRADE_REQUIRED.test(error.status.message ?? "");
}

/** Returns the error for an answer that refuses the exec. */
export async function refusalOf(
  { server, actsAs }: Transport,
  { pod: name, namespace }: Options,
  response: Response,
): Promise<StatusError> {
  const { text } = await readStart(response, LARGEST.status);
  const status = parseStatus(text, response.status);
  const attempt = { verb: "exec into", kind: "Pod", name, namespace, server, actsAs };
  return refused(attempt, status, retryAfterMs(response.headers, status));
}
