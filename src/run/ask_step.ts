/** Runs a short command in a held step for its answer, also over lost connections. */
import { ClusterError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { Pause } from "../hold/pause.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { StatusError } from "../kube/status.ts";

export interface AskedStep {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

/** More than the paths of any repository take. */
export const MOST_ANSWERED = 512 * 1024 * 1024;
/** The delays before each further try after a lost connection. */
const BACKOFFS_MS = [500, 2_000];

export interface Answer {
  readonly exitCode?: number;
  /** The first MOST_ANSWERED of `bytes`. */
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly bytes: number;
}

/** Throws ClusterError. */
export async function askStep(at: AskedStep, command: readonly string[]): Promise<Answer> {
  for (let failures = 0;; failures++) {
    try {
      return await execOnce(at, command);
    } catch (error) {
      const isLost = error instanceof ClusterError && !(error instanceof StatusError);
      if (!isLost || failures === BACKOFFS_MS.length) throw error;
      at.emit({ kind: "note", text: `${error.message}: trying again` });
      await at.clock.delay(BACKOFFS_MS[failures], at.signal);
    }
  }
}

async function execOnce(
  { kube, pause: { namespace, pod, container }, signal }: AskedStep,
  command: readonly string[],
): Promise<Answer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const onStdout = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= MOST_ANSWERED) chunks.push(chunk.slice());
  };
  const options = { namespace, pod, container, command, onStdout, signal };
  const { exitCode } = await kube.exec({ ...options, deadlineMs: SHORT_COMMAND_MS });
  return { exitCode, chunks, bytes };
}
