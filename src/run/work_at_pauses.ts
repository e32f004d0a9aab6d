/** Works at the breakpoints of a run, one after the other. */
import { ExpectedError, Interrupted } from "../errors.ts";
import type { Clock } from "../host.ts";
import { isHeld } from "../hold/held_steps.ts";
import type { Kube } from "../kube/interface.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { isInterpreterMissing } from "../step/protocol/start_failure.ts";
import { checkDeletedPods, hasPodLeft, isPodGone } from "./pods/deleted_pod.ts";
import type { Sender } from "./send_at_pauses.ts";
import type { StartedRun } from "./started_run.ts";

export interface WorkOptions {
  /** Whether a user works in the run, and can return to it after an error of the client. */
  readonly isWatched: () => boolean;
  /** The work at a pause. */
  readonly atPause: (at: AtPause) => Promise<AfterPause>;
}

/**
 * The state after a pause: the step is released; the run is left as it is, held or not; or the step
 * stays held, for others to release, and the run is followed meanwhile.
 */
export type AfterPause = "released" | "left" | "held";

export interface AtPause extends Pick<StartedRun, "live" | "signal" | "emit"> {
  readonly pause: Pause;
  /** Whether this is the run's first pause, or the same pause in a recreated pod. */
  readonly isFirst: boolean;
}

export interface WorkAtPausesOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly work: WorkOptions;
  /** Serves the step that holds for an upload: no breakpoint, unless the step stays held. */
  readonly sender?: Sender;
  readonly signal: AbortSignal;
}

/** The time in which the watch must explain why a command in the pod has failed. */
const EXPLANATION_MS = 1_000;

/** Skips pauses that somebody else has ended meanwhile. */
export async function workAtPauses(
  { kube, clock, work, sender, signal }: WorkAtPausesOptions,
  run: StartedRun,
): Promise<"left" | "done"> {
  const { live, emit } = run;
  const seen = new Set<Pause | MissedPause>();
  let deletedCount = 0;
  /** The place of the first pause, and the uids of its pods: a pod may be recreated. */
  let firstPlace: string | undefined;
  const firstPods = new Set<string>();
  const isReady = (pause: Pause) => sender?.isAt(pause) !== true || sender.isHeldAfter(pause);
  const isNew = (one: Pause | MissedPause) =>
    !seen.has(one) && (one.gate === undefined ? sender?.isAt(one) !== true : isReady(one));
  while (true) {
    if (sender === undefined) run.expectPause();
    const isQueued = live.pauses.some(isNew);
    const next = await live.until(
      () =>
        live.missed.find(isNew) ?? live.pauses.find(isNew) ??
          (live.logsDrained ? null : undefined),
      signal,
    );
    if (next === null) return "done";
    seen.add(next);
    if (next.gate === undefined) {
      const why = whyMissed(next);
      if (why !== undefined) emit({ kind: "note", text: why });
      continue;
    }
    if (hasPodLeft(live, next)) continue;
    const isSent = sender?.isAt(next) === true;
    const mayBeOver = isQueued || live.phase.kind === "ended";
    if (!isSent && mayBeOver && !await isHeld(kube, next).catch(() => false)) continue;
    const { pod } = next;
    if (!isSent) {
      emit({ kind: "paused", place: stepPath(next), pod, afterMs: clock.now() - run.startMs });
    }
    const place = `${stepPath(next)} ${next.container}`;
    firstPlace ??= place;
    const isFirst = place === firstPlace && !firstPods.has(next.uid);
    if (isFirst && firstPods.size > 0) {
      emit({ kind: "note", text: `Pod ${pod} was deleted and recreated: its steps start over` });
    }
    if (isFirst) firstPods.add(next.uid);
    try {
      const at = { live, signal, emit, pause: next, isFirst };
      const after = await run.whileAttended(() => work.atPause(at));
      if (after === "left") return "left";
      if (after === "released") live.endPause(next);
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
