/**
 * The life of a run that holds: an upload is sent to the step that holds for one, work is done at
 * the breakpoints, and the run is followed to its end. Both happen side by side, because tasks do.
 */
import { Scope } from "../async/scope.ts";
import { type Before, Sender, type UploadOptions } from "./send_at_pauses.ts";
import { type RunResult, type StartedRun, type StartOptions, startRun } from "./started_run.ts";
import { workAtPauses, type WorkOptions } from "./work_at_pauses.ts";

export interface HeldRunOptions extends Omit<StartOptions, "uploadStep"> {
  readonly upload?: UploadOptions;
  /** The work at breakpoints; without it, the upload alone is awaited. */
  readonly work?: WorkOptions;
  /** Whether the run is followed to its end, or until the upload is released; default: true. */
  readonly follows?: boolean;
}

/**
 * Starts the run. After an error before the upload has arrived, in each pod that holds for it, the
 * run is cancelled; after that, only if nobody can return to held steps.
 */
export async function runHeld(options: HeldRunOptions): Promise<RunResult> {
  const { upload } = options;
  if (upload !== undefined) {
    await Promise.race([upload.entries, undefined]); // a walk that has already failed starts no run
  }
  const run = await startRun({ ...options, uploadStep: upload?.held });
  return await runStarted(options, run, { isSent: false }, () => run.announce());
}

/** Does the same with a run that is started already, which it disposes of in the end. */
export async function runStarted(
  options: HeldRunOptions,
  started: StartedRun,
  before: Before,
  begin: () => void,
): Promise<RunResult> {
  await using run = started;
  const { upload, work } = options;
  let sender: Sender | undefined;
  try {
    begin();
    using scope = new Scope(run.signal);
    sender = upload && new Sender(options, upload, run, before);
    const end = await run.whileFollowed(untilEnd(options, run, { sender, scope }));
    return end === "left" ? { created: run.created } : await run.followToEnd();
  } catch (error) {
    const isAwaited = work?.isWatched() === true && sender?.hasArrived !== false;
    throw await run.stopAfter(error, { cancels: !isAwaited });
  }
}

/** Returns "left" for a run that is not to be followed any longer, else "done" at its end. */
async function untilEnd(
  options: HeldRunOptions,
  run: StartedRun,
  { sender, scope }: { sender?: Sender; scope: Scope },
): Promise<"left" | "done"> {
  const { work, follows = true } = options;
  const sending = sender?.send();
  sending?.catch(() => {}); // awaited below
  if (work === undefined) {
    if (follows || sender === undefined) return await sending ?? "done";
    return await sender.arrived === "arrived" ? "left" : "done";
  }
  const working = workAtPauses({ ...options, work, sender, signal: scope.signal }, run);
  working.catch(() => {}); // awaited below
  try {
    // A user who leaves does not take the upload along.
    const both = Promise.all([working, sender?.arrived]).then(([end]) => end);
    const failed = sending?.then(() => new Promise<never>(() => {}));
    return await (failed === undefined ? both : Promise.race([both, failed]));
  } finally {
    scope[Symbol.dispose]();
    await working.catch(() => {}); // it gives the terminal back
  }
}
