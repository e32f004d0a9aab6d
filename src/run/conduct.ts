/** Conducts one live run: create, follow, and at each pause what is to be done there; then the Outcome. */
import { ExpectedError, Interrupted } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { PIPELINES, RESOURCE_OF, type Run, TASKS } from "../tekton/model.ts";
import { CANCEL } from "../tekton/phase.ts";
import type { RunManifest } from "../tekton/run_manifest.ts";
import type { Outcome, RunEvent } from "../events.ts";
import { follow } from "./logs/follow.ts";
import { Grace, within } from "../async/limits.ts";
import { LiveRun, RunDeletedError } from "./live_run.ts";
import { keepPipelineLabel } from "./metadata.ts";
import { createRun } from "./start.ts";
import { sweep } from "../cleanup/left_over.ts";
import { WaitReporter } from "./wait_reporter.ts";
import { removeTemporary } from "./temporary.ts";

export interface ConductOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: (length: number) => string;
  /** The run, not yet created. */
  readonly runManifest: RunManifest;
  /** The Pipeline's task that an upload stands in for. */
  readonly uploaded?: string;
  readonly emit: (event: RunEvent) => void;
  readonly interrupt: AbortSignal;
  /** Whether a run that this error ended our part in is cancelled; else it is left as it is. */
  readonly cancelsOn: (error: unknown) => boolean;
}

/** What there is at hand while a run is conducted. */
export interface Conducted {
  readonly live: LiveRun;
  readonly talk: WaitReporter;
  readonly startMs: number;
  /** For its end, and its errors. */
  readonly following: Promise<Outcome>;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** The run as it was created, and its outcome where it was followed to its end. */
export interface RunResult {
  readonly created: Stored<Run>;
  readonly outcome?: Outcome;
}

/**
 * `work` is done from the run's start on; where it comes back with "left", the run is left to itself,
 * else followed to its end.
 */
export async function conduct(
  options: ConductOptions,
  work: (conducted: Conducted) => Promise<"left" | "done">,
): Promise<RunResult> {
  const { kube, clock, interrupt } = options;
  const startMs = clock.now();
  if (interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  const { run: created, objects, why, owned } = await createRun(options, options.runManifest);
  const { kind, metadata: { name, namespace } } = created;
  const over = new AbortController();
  const signal = AbortSignal.any([interrupt, over.signal]);
  using grace = new Grace(clock, interrupt);
  await using live = new LiveRun(kube, created, clock);
  using talk = new WaitReporter({ ...options, live });
  talk.emit({ kind: "created", resource: kind, name, namespace });
  if (why !== undefined) talk.emit({ kind: "note", text: `With temporary objects: ${why}` });
  let isReleased = false;
  const emit = (event: RunEvent) => {
    if (event.kind === "paused" || event.kind === "released") {
      isReleased = event.kind === "released";
    }
    talk.emit(event);
  };
  const removed = owned.then(() => {
    return removeTemporary(options, live, objects, { signal, late: grace.signal });
  });
  removed.catch(() => {}); // awaited at the end
  sweep(options, [PIPELINES, TASKS], { created, signal });
  try {
    const following = follow({ ...options, live, signal, emit });
    following.catch(() => {}); // awaited below, or superseded by an earlier error
    const labelled = keepPipelineLabel(kube, live, signal);
    labelled.catch(() => {}); // likewise
    const worked = await Promise.race([
      work({ live, talk, startMs, following, signal, emit }),
      following.then(() => new Promise<never>(() => {})), // for its errors: work sees the end itself
    ]);
    if (worked === "left") return { created };
    const outcome = await following;
    await within(clock, { ms: LABEL_MS, signal: grace.signal }, labelled).catch(onlyExpected);
    talk.emit({ kind: "ended", outcome });
    return { created, outcome };
  } catch (error) {
    const isInterrupted = interrupt.aborted || error instanceof Interrupted;
    const ended = live.phase.kind === "ended" || error instanceof RunDeletedError;
    // What goes wrong here after it was let go is no reason to end it.
    const cancels = !ended && (isInterrupted || !isReleased && options.cancelsOn(error));
    const state = isReleased ? "still run" : "still be held";
    const cancelled = cancels && await cancel(options, live, { state, late: grace.signal });
    if (!isInterrupted) {
      if (isReleased && !ended) options.emit({ kind: "note", text: howToFollow(live) });
      throw error;
    }
    throw new Interrupted(
      cancelled
        ? `Interrupted: cancelled ${kind} "${name}"`
        : `Interrupted: ${kind} "${name}" ${ended ? "had ended" : `may ${state}`}`,
    );
  } finally {
    over.abort(new DOMException("our part in the run is over", "AbortError"));
    await within(clock, { ms: LEAVE_MS, signal: grace.signal }, removed).catch(onlyExpected);
  }
}

function howToFollow({ kind, name, namespace }: LiveRun): string {
  const follow = `tkn-dev ${kind.toLowerCase()} logs ${name} -f -n ${namespace}`;
  return `${kind} ${name} goes on without being followed; ${follow} follows it`;
}

/** What could not be removed in time is found by `cleanup`. */
function onlyExpected(error: unknown): void {
  if (!(error instanceof ExpectedError)) throw error;
}

/** How long the run's end is not told for its label. */
const LABEL_MS = 1_000;

/** How long a cancellation, or what is left to be removed at the end, may take without an interrupt. */
const CANCEL_MS = 5_000;
const LEAVE_MS = 10_000;

async function cancel(
  { kube, clock, emit }: ConductOptions,
  { kind, namespace, name }: LiveRun,
  { state, late }: { state: string; late: AbortSignal },
): Promise<boolean> {
  try {
    const patch = { spec: { status: CANCEL[kind] } };
    const cancelling = kube.patch(RESOURCE_OF[kind], namespace, name, patch);
    await within(clock, { ms: CANCEL_MS, signal: late }, cancelling);
    emit({ kind: "note", text: `Cancelled ${kind} ${name}` });
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const hint = `tkn ${kind.toLowerCase()} cancel ${name} -n ${namespace}`;
    emit({ kind: "note", text: `${kind} ${name} may ${state}: ${error.message}; ${hint}` });
    return false;
  }
}
