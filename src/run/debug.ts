/** A run that holds at several steps: at each one somebody works, and lets it go. */
import { ExpectedError, Interrupted, TransferError } from "../errors.ts";
import type { Clock } from "../host.ts";
import { conduct, type Conducted, type ConductOptions, type RunResult } from "./conduct.ts";
import { isHeld } from "../hold/held_steps.ts";
import type { LiveRun, MissedPause } from "./live_run.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { isInterpreterMissing } from "../step/protocol/start_failure.ts";
import { checkPodsGone, hasPodLeft, isPodGone } from "./pod_gone.ts";

export interface DebugOptions extends Omit<ConductOptions, "cancelsOn"> {
  /** Somebody works there, and can take the run up again whatever ended our part in it. */
  readonly isWatched: boolean;
  /** What is done at a pause: with "left" the run is left as it is, held or not. */
  readonly atPause: (at: AtPause) => Promise<"released" | "left">;
}

export interface AtPause extends Conducted {
  readonly pause: Pause;
  /** It is the first of this run, or that one again in a pod that was made again. */
  readonly isFirst: boolean;
}

/**
 * A run in which somebody works is cancelled where they interrupt it, or their code did not arrive; one
 * that nobody watches, by any error.
 */
export async function debug(options: DebugOptions): Promise<RunResult> {
  const { interrupt, isWatched } = options;
  const cancelsOn = (error: unknown) =>
    !isWatched || interrupt.aborted || error instanceof Interrupted ||
    error instanceof TransferError;
  return await conduct({ ...options, cancelsOn }, (conducted) => workAtPauses(options, conducted));
}

/** One after the other: those that came meanwhile wait, or were let go by somebody else. */
async function workAtPauses(
  { kube, clock, atPause }: DebugOptions,
  conducted: Conducted,
): Promise<"left" | "done"> {
  const { live, talk, startMs, signal, emit } = conducted;
  let [pauses, missed, gone] = [0, 0, 0];
  /** Where it held first, and the pods in which it did: one may be made again. */
  let first: string | undefined;
  const firstPods = new Set<string>();
  while (true) {
    talk.stage = pauses === 0 ? "starting" : "released";
    const isQueued = live.pauses.length > pauses;
    const next = await live.until(
      () =>
        live.missed.at(missed) ?? live.pauses.at(pauses) ??
          (live.logsDrained ? null : undefined),
      signal,
    );
    if (next === null) return "done";
    if (next.gate === undefined) {
      missed++;
      const why = whyMissed(next);
      if (why !== undefined) emit({ kind: "note", text: why });
      continue;
    }
    pauses++;
    if (hasPodLeft(live, next)) continue;
    const mayBeOver = isQueued || live.phase.kind === "ended";
    if (mayBeOver && !await isHeld(kube, next).catch(() => false)) continue;
    const { pod } = next;
    emit({ kind: "paused", place: stepPath(next), pod, afterMs: clock.now() - startMs });
    talk.stage = "held";
    const place = `${stepPath(next)} ${next.container}`;
    first ??= place;
    const isFirst = place === first && !firstPods.has(next.uid);
    if (isFirst && firstPods.size > 0) {
      emit({ kind: "note", text: `Pod ${pod} was deleted and made again: its steps start over` });
    }
    if (isFirst) firstPods.add(next.uid);
    try {
      if (await atPause({ ...conducted, pause: next, isFirst }) === "left") return "left";
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExpectedError) || error instanceof Interrupted) throw error;
      if (!await hasLeft(live, next, { clock, signal })) throw error;
      checkPodsGone(live, next, ++gone);
    }
  }
}

/** Whether what was done at the pause failed because there is no pod to do it in, or no run any more. */
async function hasLeft(
  live: LiveRun,
  pause: Pause,
  options: { clock: Clock; signal: AbortSignal },
): Promise<boolean> {
  const hasLeft = () => isPodGone(live, pause) || live.phase.kind === "ended" || undefined;
  return await live.within(EXPLANATION_MS, hasLeft, options) ?? false;
}

/** How long the watch may take to tell what a command in the pod has felt already. */
const EXPLANATION_MS = 1_000;

/** A step that was skipped, or one that was to hold where it fails and did not, is no matter. */
function whyMissed({ container, image, said }: MissedPause): string | undefined {
  if (!isInterpreterMissing(said)) return undefined;
  const step = container.replace(/^step-/, "");
  return `Step ${step} did not hold, for its image "${image}" has no shell: --without-shell holds it`;
}
