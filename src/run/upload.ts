/**
 * An upload: starts a run, awaits the pause of its held step, sends the directory into that step,
 * which then resumes, and follows the run to its end.
 */
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";
import { awaitPause, type HeldStep } from "./await_pause.ts";
import { annotate } from "./metadata.ts";
import { checkDeletedPods } from "./pods/deleted_pod.ts";
import { sendToPause, type SendToPauseOptions } from "./send_to_pause.ts";
import { type RunResult, type StartedRun, type StartOptions, startRun } from "./started_run.ts";

export interface UploadOptions extends Omit<StartOptions, "uploadStep">, SendToPauseOptions {
  readonly held: HeldStep;
  /** Packs the tree ahead. Called once the run is created, because packing delays the creation. */
  readonly prepack: () => Promise<PrepackedTree | undefined>;
  /** Returns the annotations that record the upload on the run. */
  readonly annotations: (receipt: Receipt) => Record<string, string>;
  /** Whether to follow the run to its end, or to return once the step is released. */
  readonly showlogs: boolean;
}

/** Uploads into a new run; after any error before the release, the run is cancelled. */
export async function upload(options: UploadOptions): Promise<RunResult> {
  await Promise.race([options.entries, undefined]); // a walk that has already failed starts no run
  await using run = await startRun({ ...options, uploadStep: options.held });
  try {
    run.announce();
    const prepacked = options.prepack();
    prepacked.catch(() => {}); // reported when the tree is sent
    const end = await run.whileFollowed(sendAtPauses(options, run, prepacked));
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
  prepacked: Promise<PrepackedTree | undefined>,
): Promise<"left" | "done"> {
  const { kube, clock, held } = options;
  const { live, signal } = run;
  /** The uids of the pods that were sent to. */
  const sentTo = new Set<string>();
  while (true) {
    const pause = await awaitPause({ clock, live, held, except: sentTo, signal });
    if (pause === undefined) return "done";
    const { task, step, pod, uid } = pause;
    checkDeletedPods(live, pause, sentTo.size);
    const isFirst = sentTo.size === 0;
    if (!isFirst) {
      run.emit({ kind: "note", text: `Pod ${pod} was deleted and recreated: sending again` });
    }
    sentTo.add(uid);
    const afterMs = clock.now() - run.startMs;
    run.emit({ kind: "paused", place: task ?? `step ${step}`, pod, afterMs });
    const receipt = await sendToPause(options, run, pause, isFirst ? prepacked : undefined);
    if (receipt === "over") return "done";
    if (receipt === "gone") {
      run.expectPause();
      continue;
    }
    await annotate(kube, live, options.annotations(receipt));
    if (!options.showlogs) return "left";
  }
}
