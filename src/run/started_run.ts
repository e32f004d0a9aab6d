/** A run that this program has created: watched, followed and reported on until its disposal. */
import { ExpectedError, Interrupted } from "../errors.ts";
import type { Pause } from "../hold/pause.ts";
import type { Clock } from "../host.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { PIPELINES, type Run, TASKS } from "../tekton/model.ts";
import type { RunManifest } from "../tekton/run_manifest.ts";
import type { Outcome, RunEvent } from "../events.ts";
import { discardRun } from "./ahead/discard_run.ts";
import { cancelRun } from "./cancel_run.ts";
import { followRun } from "./follow_run.ts";
import { Grace, within } from "../async/limits.ts";
import { LiveRun, RunDeletedError } from "./live_run.ts";
import { keepPipelineLabel } from "./metadata.ts";
import { type Created, createRun } from "./create/create_run.ts";
import { sweep } from "../cleanup/leftovers.ts";
import { deleteOrphans, mayLosePod } from "./pods/orphans.ts";
import { WaitReporter } from "./wait_reporter.ts";
import { type HeldStep, placeName } from "./await_pause.ts";
import { removeTemporary } from "./create/temporary_objects.ts";

export interface StartOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: (length: number) => string;
  /** The run to create. */
  readonly runManifest: RunManifest;
  /** The Pipeline's task that an upload replaces. */
  readonly uploaded?: string;
  /** The step that an upload is sent to; undefined if a user works at the pauses. */
  readonly uploadStep?: HeldStep;
  readonly emit: (event: RunEvent) => void;
  readonly interrupt: AbortSignal;
}

/** The run as it was created, and its outcome if the run was followed to its end. */
export interface RunResult {
  readonly created: Stored<Run>;
  readonly outcome?: Outcome;
}

/** The limit for the Pipeline's label at the run's end. */
const LABEL_MS = 1_000;
/** The limit for a cancellation without an interrupt. */
const CANCEL_MS = 5_000;
/** The limit for the removal of temporary objects at the end without an interrupt. */
const LEAVE_MS = 10_000;

/**
 * Creates the run, to be announced, and begins to follow it. Throws Interrupted, or ClusterError if
 * refused.
 */
export async function startRun(options: StartOptions): Promise<StartedRun> {
  const startMs = options.clock.now();
  if (options.interrupt.aborted) throw new Interrupted("Interrupted: nothing was started");
  return new StartedRun(options, await createRun(options, options.runManifest), startMs);
}

/** Disposal stops following the run and cleans up; the run itself continues. */
export class StartedRun implements AsyncDisposable {
  readonly live: LiveRun;
  /** The run as the server answered to its creation. */
  readonly created: Stored<Run>;
  /** The client's time just before the run's creation. */
  readonly startMs: number;
  /** Aborts at an interrupt, and at disposal. */
  readonly signal: AbortSignal;
  /** The run's outcome; rejects if the run can't be followed any longer. */
  readonly following: Promise<Outcome>;
  readonly #options: StartOptions;
  /** Why the run has temporary objects, if it has. */
  readonly #why?: string;
  readonly #disposed = new AbortController();
  readonly #grace: Grace;
  readonly #reporter: WaitReporter;
  readonly #removed: Promise<void>;
  readonly #labeled: Promise<void>;
  #isReleased = false;

  constructor(options: StartOptions, created: Created, startMs: number) {
    const { kube, clock, interrupt, uploaded } = options;
    this.#options = options;
    this.created = created.run;
    this.#why = created.why;
    this.startMs = startMs;
    const signal = AbortSignal.any([interrupt, this.#disposed.signal]);
    this.signal = signal;
    this.#grace = new Grace(clock, interrupt);
    const live = new LiveRun(kube, created.run, clock);
    this.live = live;
    this.#reporter = new WaitReporter({ ...options, live });
    // Every run is followed, also with --showlogs=false: its pauses are found in its logs.
    this.following = followRun({ kube, clock, live, uploaded, signal, emit: this.emit });
    this.following.catch(() => {}); // awaited by whileFollowed
    this.#labeled = keepPipelineLabel(kube, live, signal);
    this.#labeled.catch(() => {}); // awaited at the run's end
    const late = this.#grace.signal;
    this.#removed = created.owned.then(() =>
      removeTemporary(options, live, created.objects, { signal, late })
    );
    this.#removed.catch(() => {}); // awaited at disposal
    sweep(options, [PIPELINES, TASKS], { created: created.run, signal });
  }

  get name(): string {
    return this.live.name;
  }

  readonly emit = (event: RunEvent): void => {
    if (event.kind === "paused" || event.kind === "released") {
      this.#isReleased = event.kind === "released";
    }
    this.#reporter.emit(event);
  };

  /** Says that the run exists. Throws if that can't be written; the run may hold by then. */
  announce(): void {
    const { kind, name, namespace } = this.live;
    this.emit({ kind: "created", resource: kind, name, namespace });
    if (this.#why === undefined) return;
    this.emit({ kind: "note", text: `With temporary objects: ${this.#why}` });
  }

  /** Says that the step for the upload holds. */
  announcePause(pause: Pick<Pause, "task" | "step" | "pod">): void {
    const afterMs = this.#options.clock.now() - this.startMs;
    this.emit({ kind: "paused", place: placeName(pause), pod: pause.pod, afterMs });
  }

  /** Reports from now on why the run does not hold yet, until it does. */
  expectPause(): void {
    this.#reporter.expect("pause");
  }

  /** Reports nothing as awaited while the user, or a command, works at a step. */
  async whileAttended<T>(work: () => Promise<T>): Promise<T> {
    this.#reporter.isPaused = true;
    try {
      return await work();
    } finally {
      this.#reporter.isPaused = false;
    }
  }

  /** Returns the result of the work; throws as soon as the run can't be followed any longer. */
  async whileFollowed<T>(work: Promise<T>): Promise<T> {
    const lost = this.following.then(() => new Promise<never>(() => {})); // work sees the end itself
    return await Promise.race([work, lost]);
  }

  /** Follows the run to its end and reports the outcome. */
  async followToEnd(): Promise<RunResult> {
    const { clock } = this.#options;
    this.#reporter.expect("end");
    const outcome = await this.following;
    await within(clock, { ms: LABEL_MS, signal: this.#grace.signal }, this.#labeled)
      .catch(throwUnexpected);
    this.emit({ kind: "ended", outcome });
    return { created: this.created, outcome };
  }

  /**
   * Cancels the run after an error if the user interrupted, or if `cancels` is set and no release
   * preceded the error. Returns the error to throw.
   */
  async stopAfter(error: unknown, { cancels }: { cancels: boolean }): Promise<unknown> {
    const { live } = this;
    const isInterrupted = this.#options.interrupt.aborted || error instanceof Interrupted;
    const hasEnded = live.phase.kind === "ended" || error instanceof RunDeletedError;
    // A released run continues by itself: a failure of the client does not concern it.
    const mustCancel = !hasEnded && (isInterrupted || !this.#isReleased && cancels);
    const state = this.#isReleased ? "still run" : "still be held";
    const isCancelled = mustCancel &&
      await cancel(this.#options, live, { state, late: this.#grace.signal });
    if (!isInterrupted) {
      if (this.#isReleased && !hasEnded) {
        this.#options.emit({ kind: "note", text: howToFollow(live) });
      }
      return error;
    }
    return new Interrupted(
      isCancelled
        ? `Interrupted: cancelled ${live.kind} "${live.name}"`
        : `Interrupted: ${live.kind} "${live.name}" ${hasEnded ? "had ended" : `may ${state}`}`,
    );
  }

  /** Removes a run that was never used. Returns how to do that by hand if it fails. */
  async discard(): Promise<string | undefined> {
    const { kube, clock } = this.#options;
    const { kind, namespace, name } = this.live;
    try {
      const limit = { ms: CANCEL_MS, signal: this.#grace.signal };
      await within(clock, limit, discardRun(kube, this.live));
      return undefined;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const hint = `kubectl delete ${kind.toLowerCase()} ${name} -n ${namespace}`;
      return `${kind} ${name} may still be held: ${error.message}; ${hint}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new DOMException("the client has left the run", "AbortError"));
    try {
      await within(this.#options.clock, { ms: LEAVE_MS, signal: this.#grace.signal }, this.#removed)
        .catch(throwUnexpected);
    } finally {
      this.#reporter[Symbol.dispose]();
      await this.live[Symbol.asyncDispose]();
      this.#grace[Symbol.dispose]();
    }
  }
}

/** Returns a sentence with the command that follows the run. */
export function howToFollow({ kind, name, namespace }: LiveRun): string {
  const follow = `tkn-dev ${kind.toLowerCase()} logs ${name} -f -n ${namespace}`;
  return `${kind} ${name} continues; ${follow} follows it`;
}

/** Ignores a failure of the cluster: `cleanup` finds temporary objects that remain. */
function throwUnexpected(error: unknown): void {
  if (!(error instanceof ExpectedError)) throw error;
}

/** Cancels the run; reports how to cancel it by hand and returns false if that fails. */
async function cancel(
  { kube, clock, emit }: StartOptions,
  live: LiveRun,
  { state, late }: { state: string; late: AbortSignal },
): Promise<boolean> {
  const { kind, namespace, name } = live;
  const mayLose = mayLosePod(live);
  try {
    await within(clock, { ms: CANCEL_MS, signal: late }, cancelRun(kube, live));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const hint = `tkn ${kind.toLowerCase()} cancel ${name} -n ${namespace}`;
    emit({ kind: "note", text: `${kind} ${name} may ${state}: ${error.message}; ${hint}` });
    return false;
  }
  emit({ kind: "note", text: `Cancelled ${kind} ${name}` });
  if (mayLose) {
    const limit = { ms: CANCEL_MS, signal: late };
    await within(clock, limit, deleteOrphans(kube, live, { clock, signal: late }))
      .catch(throwUnexpected);
  }
  return true;
}
