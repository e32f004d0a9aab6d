/** A run that holds at several steps: at each pause somebody works, and then releases the step. */
import { ExpectedError, Interrupted } from "../errors.ts";
import type { Clock } from "../host.ts";
import { isHeld } from "../hold/held_steps.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { isInterpreterMissing } from "../step/protocol/start_failure.ts";
import { checkDeletedPods, hasPodLeft, isPodGone } from "./pods/deleted_pod.ts";
import { type RunResult, type StartedRun, type StartOptions, startRun } from "./started_run.ts";

export interface DebugOptions extends Omit<StartOptions, "uploaded" | "uploadStep"> {
  /**
   * Whether a user works in the run, and can return to it after an error of the client. Not while
   * the user's code has not arrived.
   */
  readonly isWatched: () => boolean;
  /** The work at a pause. After "left" the run is left as it is, held or not. */
  readonly atPause: (at: AtPause) => Promise<"released" | "left">;
}

export interface AtPause extends Pick<StartedRun, "live" | "signal" | "emit"> {
  readonly pause: Pause;
  /** Whether this is the run's first pause, or the same pause in a recreated pod. */
  readonly isFirst: boolean;
}

/** The time in which the watch must explain why a command in the pod has failed. */
const EXPLANATION_MS = 1_000;

/**
 * Starts a run and works at its pauses. The run is cancelled after any error if nobody watches it,
 * else only if the user interrupts.
 */
export async function debug(options: DebugOptions): Promise<RunResult> {
  await using run = await startRun(options);
  try {
    run.announce();
    const end = await run.whileFollowed(workAtPauses(options, run));
    return end === "left" ? { created: run.created } : await run.followToEnd();
  } catch (error) {
    throw await run.stopAfter(error, { cancels: !options.isWatched() });
  }
}

/** Works at one pause after the other; skips pauses that somebody else has ended meanwhile. */
async function workAtPauses(
  { kube, clock, atPause }: DebugOptions,
  run: StartedRun,
): Promise<"left" | "done"> {
  const { live, signal, emit } = run;
  let [pauseCount, missedCount, deletedCount] = [0, 0, 0];
  /** The place of the first pause, and the uids of its pods: a pod may be recreated. */
  let firstPlace: string | undefined;
  const firstPods = new Set<string>();
  while (true) {
    run.expectPause();
    const isQueued = live.pauses.length > pauseCount;
    const next = await live.until(
      () =>
        live.missed.at(missedCount) ?? live.pauses.at(pauseCount) ??
          (live.logsDrained ? null : undefined),
      signal,
    );
    if (next === null) return "done";
    if (next.gate === undefined) {
      missedCount++;
      const why = whyMissed(next);
      if (why !== undefined) emit({ kind: "note", text: why });
      continue;
    }
    pauseCount++;
    if (hasPodLeft(live, next)) continue;
    const mayBeOver = isQueued || live.phase.kind === "ended";
    if (mayBeOver && !await isHeld(kube, next).catch(() => false)) continue;
    const { pod } = next;
    emit({ kind: "paused", place: stepPath(next), pod, afterMs: clock.now() - run.startMs });
    const place = `${stepPath(next)} ${next.container}`;
    firstPlace ??= place;
    const isFirst = place === firstPlace && !firstPods.has(next.uid);
    if (isFirst && firstPods.size > 0) {
      emit({ kind: "note", text: `Pod ${pod} was deleted and recreated: its steps start over` });
    }
    if (isFirst) firstPods.add(next.uid);
    try {
      if (await atPause({ live, signal, emit, pause: next, isFirst }) === "left") return "left";
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExpectedError) || error instanceof Interrupted) throw error;
      if (!await isPauseOver(live, next, { clock, signal })) throw error;
      checkDeletedPods(live, next, ++deletedCount);
    }
  }
}

/** Whether the work at the pause failed because its pod, or the run, has ended. */
async function isPauseOver(
  live: LiveRun,
  pause: Pause,
  options: { clock: Clock; signal: AbortSignal },
): Promise<boolean> {
  const hasEnded = () => isPodGone(live, pause) || live.phase.kind === "ended" || undefined;
  return await live.within(EXPLANATION_MS, hasEnded, options) ?? false;
}

/** Returns undefined if that is expected: the step was skipped, or with --on-failure succeeded. */
function whyMissed({ container, image, said }: MissedPause): string | undefined {
  if (!isInterpreterMissing(said)) return undefined;
  const step = container.replace(/^step-/, "");
  return `Step ${step} did not hold: its image "${image}" has no shell; --without-shell holds it`;
}
