/** Asks a clone for the commit that it has checked out, before the changes are sent. */
import { ClusterError, TransferError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { StatusError } from "../kube/status.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { NO_REPOSITORY, readCheckedOut, readTracked } from "../step/protocol/checkout.ts";
import { checkoutCommand, trackedCommand } from "../step/scripts.ts";
import type { SendOptions } from "../transfer/options.ts";

/** A clone that did its own work. */
export interface ExpectedClone {
  /** The full hash of the commit that the upload is made for. */
  readonly commit: string;
  /** For messages: "3f2a1b4 (origin/main)". */
  readonly name: string;
  /** The Task's results that say what was checked out. */
  readonly commitResults: readonly string[];
  /** Returns what to send if the clone has something else; undefined if that is an error. */
  readonly everything?: () => Promise<Pick<SendOptions, "entries" | "results">>;
}

interface AtClone {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  /** The directory of the clone, absolute. */
  readonly path: string;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Returns what is sent in place of the changes: nothing if the clone has the commit. Throws
 * TransferError if it has not, and ClusterError.
 */
export async function checkClone(
  clone: ExpectedClone,
  at: AtClone,
): Promise<Partial<Pick<SendOptions, "entries" | "results" | "onTop">>> {
  const refusal = await whyNotOn(clone, at);
  if (refusal === undefined) return {};
  if (clone.everything === undefined) throw refusal;
  at.emit({ kind: "note", text: `${refusal.message}; everything is uploaded` });
  const removed = await trackedFiles(at, refusal);
  return { ...await clone.everything(), onTop: { removed } };
}

async function whyNotOn(
  { commit, name, commitResults }: ExpectedClone,
  at: AtClone,
): Promise<TransferError | undefined> {
  const { pause, path, emit } = at;
  const step = `step "${stepPath(pause)}"`;
  const refuse = (why: string, hint: string) =>
    new TransferError(`Cannot upload on top of ${name}: ${why}`, { hint });
  if (pause.exitCode !== undefined && pause.exitCode !== 0) {
    return refuse(
      `${step}, which clones it, failed with exit code ${pause.exitCode}`,
      "its log says why: the server may lack the commit, or serve only the newest of a branch; " +
        "--base=COMMIT names another, and --base=auto uploads everything then",
    );
  }
  const { chunks } = await exec(at, checkoutCommand(path, commitResults));
  const { commit: found, isSparse, hasPointers } = readCheckedOut(await new Blob(chunks).text());
  if (found === undefined) {
    return refuse(
      `${step} does not say what it checked out into ${path}`,
      "its image has no git, and its Task no result with the commit: leave out --base",
    );
  }
  if (found !== commit) {
    return refuse(
      `${step} checked out ${found}, not ${commit}`,
      `--base=${found} uploads on top of that commit, if it is fetched here; --base=auto uploads ` +
        "everything then",
    );
  }
  if (isSparse) {
    const text =
      "The clone is sparse: of the directories that it leaves out, only the changes are there";
    emit({ kind: "note", text });
  }
  if (hasPointers) {
    const text = "The clone has git LFS pointers, not the content: its step does not fetch it. " +
      "Without --base, the upload sends the content";
    emit({ kind: "note", text });
  }
  return undefined;
}

/** Returns the files that the clone has checked out. Throws the refusal if git can't tell them. */
async function trackedFiles(at: AtClone, refusal: TransferError): Promise<string[]> {
  const { exitCode, bytes, chunks } = await exec(at, trackedCommand(at.path));
  if (exitCode === NO_REPOSITORY && at.pause.exitCode !== 0) return [];
  if (exitCode !== 0 || bytes > MOST_BYTES) throw refusal;
  return readTracked(new Uint8Array(await new Blob(chunks).arrayBuffer()));
}

/** More than the paths of any repository take. */
const MOST_BYTES = 512 * 1024 * 1024;
/** The delays before each further try after a lost connection. */
const BACKOFFS_MS = [500, 2_000];

interface Answer {
  readonly exitCode?: number;
  /** The first MOST_BYTES of `bytes`. */
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly bytes: number;
}

async function exec(at: AtClone, command: readonly string[]): Promise<Answer> {
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
  { kube, pause: { namespace, pod, container }, signal }: AtClone,
  command: readonly string[],
): Promise<Answer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const onStdout = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk.slice());
  };
  const options = { namespace, pod, container, command, onStdout, signal };
  const { exitCode } = await kube.exec({ ...options, deadlineMs: SHORT_COMMAND_MS });
  return { exitCode, chunks, bytes };
}
