/**
 * An upload: starts a run, awaits the pause of its held step, sends the directory into that step,
 * which then resumes, and follows the run to its end.
 */
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";
import type { Pause } from "../hold/pause.ts";
import { awaitPause, type HeldStep } from "./await_pause.ts";
import { annotate } from "./metadata.ts";
import { checkDeletedPods } from "./pods/deleted_pod.ts";
import { type Sending, sendToPause, type SendToPauseOptions } from "./send_to_pause.ts";
import { type RunResult, type StartedRun, type StartOptions, startRun } from "./started_run.ts";

export interface UploadOptions extends Omit<StartOptions, "uploadStep">, SendToPauseOptions {
  readonly held: HeldStep;
  /**
   * Packs the tree ahead, until the signal. Called once the run is created, because packing delays
   * the creation.
   */
  readonly prepack: (signal: AbortSignal) => Promise<PrepackedTree | undefined>;
  /** Returns the annotations that record the upload on the run. */
  readonly annotations: (receipt: Receipt) => Record<string, string>;
  /** Whether to follow the run to its end, or to return once the step is released. */
  readonly showlogs: boolean;
  /** Called after the release. */
  readonly onReleased?: (run: StartedRun) => void;
}

/** The state of a run before its upload. */
export interface Before {
  /** The pause, if the run already holds: it is announced. */
  readonly pause?: Pause;
  /** Whether an earlier tree was sent at that pause. */
  readonly isSent: boolean;
}

/** Uploads into a new run; after any error before the release, the run is cancelled. */
export async function upload(options: UploadOptions): Promise<RunResult> {
  await Promise.race([options.entries, undefined]); // a walk that has already failed starts no run
  const run = await startRun({ ...options, uploadStep: options.held });
  return await uploadInto(options, run, { isSent: false }, () => run.announce());
}

/** Does the same with a run that is started already, which it disposes of in the end. */
export async function uploadInto(
  options: UploadOptions,
  started: StartedRun,
  before: Before,
  begin: () => void,
): Promise<RunResult> {
  await using run = started;
  try {
    begin();
    const prepacking = before.isSent ? undefined : options.prepack(run.signal);
    prepacking?.catch(() => {}); // reported when the tree is sent
    const end = await run.whileFollowed(sendAtPauses(options, run, { ...before, prepacking }));
    return end === "left" ? { created: run.created } : await run.followToEnd();
  } catch (error) {
    throw await run.stopAfter(error, { cancels: true });
  }
}

/**
 * Sends the tree at the pause, and again if the pod is deleted and the step holds in its successor.
 * Returns "left" after a release that is not to be followed, else "done" at the run's end.
 */
async function sendAtPauses(
  options: UploadOptions,
  run: StartedRun,
  { pause: known, isSent, prepacking }: Before & Pick<Sending, "prepacking">,
): Promise<"left" | "done"> {
  const { kube, clock, held } = options;
  const { live, signal } = run;
  /** The uids of the pods that were sent to. */
  const sentTo = new Set<string>();
  while (true) {
    const isFirst = sentTo.size === 0;
    const pause = isFirst && known !== undefined
      ? known
      : await awaitPause({ clock, live, held, except: sentTo, signal });
    if (pause === undefined) return "done";
    const { pod, uid } = pause;
    checkDeletedPods(live, pause, sentTo.size);
    if (!isFirst) {
      run.emit({ kind: "note", text: `Pod ${pod} was deleted and recreated: sending again` });
    }
    sentTo.add(uid);
    if (pause !== known) run.announcePause(pause);
    const receipt = await sendToPause(options, run, pause, {
      ...(isFirst ? { prepacking } : {}),
      release: true,
      hasOthers: isFirst && isSent,
    });
    if (receipt === "over") return "done";
    if (receipt === "gone") {
      run.expectPause();
      continue;
    }
    options.onReleased?.(run);
    await annotate(kube, live, options.annotations(receipt));
    if (!options.showlogs) return "left";
  }
}
