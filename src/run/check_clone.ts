/** Asks a clone for the commit that it has checked out, before the changes are sent. */
import { TransferError } from "../errors.ts";
import { stepPath } from "../hold/pause.ts";
import { NO_REPOSITORY, readCheckedOut, readTracked } from "../step/protocol/checkout.ts";
import { checkoutCommand, trackedCommand } from "../step/scripts.ts";
import type { SendOptions } from "../transfer/options.ts";
import { type AskedStep, askStep, MOST_ANSWERED } from "./ask_step.ts";

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

interface AtClone extends AskedStep {
  /** The directory of the clone, absolute. */
  readonly path: string;
}

/**
 * Returns what is sent in place of the changes: nothing if the clone has the commit. Throws
 * TransferError if it has not, and ClusterError.
 */
export async function checkClone(
  clone: ExpectedClone,
  at: AtClone,
): Promise<Partial<Pick<SendOptions, "entries" | "results" | "onTop" | "base">>> {
  const refusal = await whyNotOn(clone, at);
  if (refusal === undefined) return {};
  if (clone.everything === undefined) throw refusal;
  at.emit({ kind: "note", text: `${refusal.message}; everything is uploaded` });
  const removed = await trackedFiles(at, refusal);
  return { ...await clone.everything(), onTop: { removed }, base: undefined };
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
  const { chunks } = await askStep(at, checkoutCommand(path, commitResults));
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
  const { exitCode, bytes, chunks } = await askStep(at, trackedCommand(at.path));
  if (exitCode === NO_REPOSITORY && at.pause.exitCode !== 0) return [];
  if (exitCode !== 0 || bytes > MOST_ANSWERED) throw refusal;
  return readTracked(new Uint8Array(await new Blob(chunks).arrayBuffer()));
}
