/**
 * A step's log to its end, over connections that break or fall silent: taken up again from the time of
 * the last line seen, and lines already seen left out.
 */
import { ExpectedError } from "../../errors.ts";
import type { ContainerRef, Kube } from "../../kube/interface.ts";
import { type LinePiece, linePieces } from "../../kube/lines.ts";
import { isPassing, retryAfter } from "../../kube/retry.ts";
import { isStatus } from "../../kube/status.ts";
import type { Clock } from "../../host.ts";
import { Seen } from "./seen_lines.ts";

/** How long it is waited before a log that failed is asked for again. */
const RETRY_MS = 500;
/**
 * For so long a log may fail with no line between the failures, then it is given up: where the server is
 * in trouble or out of reach, and where it says that there is no log yet.
 */
const PATIENCE_MS = { passing: 60_000, notYet: 10_000 };

/** How often it is looked whether a log has fallen silent. */
const LOOK_MS = 250;
/**
 * How long a log may be silent before it is asked for again. A step may work in silence, but a connection
 * that swallows all that it is given looks the same.
 */
const SILENCE_MS = {
  /** While the container runs. */
  running: 60_000,
  /** Once it has ended: then what is left is read without following. */
  ended: 10_000,
  /** Once its TaskRun has ended: likewise, whether or not the container has. */
  over: 750,
};
/** A container that goes on and has much to say is not followed for longer than that after its TaskRun's end. */
const OVER_MS = 10_000;
/** A follow that ends sooner without a new line has ended with its container. */
const PROMPT_MS = 5_000;

export interface StepLogOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly container: ContainerRef;
  /** Whether the container is known to have ended. */
  readonly hasEnded?: () => boolean;
  /**
   * Whether its TaskRun has ended. Such a log is read as far as it goes, and not followed: a container may
   * outlive its TaskRun, one that waits for a step before it that was killed even for good.
   */
  readonly isOver?: () => boolean;
  /** Whether its pod is gone: another one may have its name. */
  readonly isGone?: () => boolean;
  /** Called where it could not be read, before it is asked for again. */
  readonly onFailure?: () => void;
  /** Called where more was to come of a container whose pod is gone. */
  readonly onCut?: () => void;
  readonly signal: AbortSignal;
}

/**
 * Lines, long ones in pieces. Ends where the container's log does, its TaskRun has ended or its pod is gone.
 * Throws ClusterError where the log can't be read.
 */
export async function* stepLog(options: StepLogOptions): AsyncGenerator<LinePiece> {
  const { clock, signal } = options;
  const seen = new Seen();
  let failingSinceMs: number | undefined;
  const isOver = () => options.isOver?.() ?? false;
  let drains: boolean = isOver();
  let isCut = true;
  while (true) {
    if (options.isGone?.()) return isCut ? options.onCut?.() : undefined;
    const reading: Reading = new Reading(options, { seen, drains });
    try {
      yield* reading.pieces();
      if (reading.isOver) return;
      isCut = reading.isSilent;
      drains = isOver() || reading.isSilent && (options.hasEnded?.() ?? false);
      if (reading.count > 0) failingSinceMs = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, 404)) return isCut ? options.onCut?.() : undefined;
      isCut = true;
      // By the clock: a try may take as long as the waits between them.
      failingSinceMs = reading.count > 0 ? undefined : failingSinceMs ?? clock.now();
      const failedMs = clock.now() - (failingSinceMs ?? clock.now());
      if (reading.count === 0 && failedMs >= patience(error)) throw error;
      options.onFailure?.();
      await clock.delay(Math.max(RETRY_MS, retryAfter(error)), signal);
      drains ||= isOver();
    }
  }
}

/** 400: its container is not there yet. What is no refusal at all is a connection that broke. */
function patience(error: unknown): number {
  if (isStatus(error, 400)) return PATIENCE_MS.notYet;
  return isPassing(error) || !(error instanceof ExpectedError) ? PATIENCE_MS.passing : 0;
}

/** One request's part of the log. */
class Reading {
  /** How many new pieces came. */
  count = 0;
  /** Nothing more comes of this container. */
  isOver = false;
  readonly #silent = new AbortController();
  #quietMs = 0;
  #overMs = 0;

  constructor(
    private readonly options: StepLogOptions,
    private readonly state: { readonly seen: Seen; readonly drains: boolean },
  ) {}

  /** It ended because nothing came for too long. */
  get isSilent(): boolean {
    return this.#silent.signal.aborted;
  }

  async *pieces(): AsyncGenerator<LinePiece> {
    const { kube, clock, container, signal } = this.options;
    const { seen, drains } = this.state;
    const either = AbortSignal.any([signal, this.#silent.signal]);
    const startMs = clock.now();
    using _looks = clock.every(LOOK_MS, () => this.#look());
    try {
      const asked = { ...container, follow: !drains, timestamps: true, signal: either };
      const stream = await kube.logs({ ...asked, sinceTime: seen.resume() });
      for await (const piece of linePieces(stream, { signal: either })) {
        this.#quietMs = 0;
        const fresh = seen.take(piece);
        if (fresh === undefined) continue;
        this.count += 1;
        yield fresh;
      }
    } catch (error) {
      if (!this.isSilent || signal.aborted) throw error;
    }
    signal.throwIfAborted();
    if (this.isSilent) return;
    // A follow ends with its container, but for rotations, restarts of the kubelet and proxies that
    // end what is silent: asked again, an ended container gives nothing new at once.
    this.isOver = drains || this.count === 0 && clock.now() - startMs < PROMPT_MS;
  }

  #look(): void {
    const { hasEnded = () => false, isOver = () => false } = this.options;
    const { drains } = this.state;
    this.#quietMs += LOOK_MS;
    if (isOver()) this.#overMs += LOOK_MS;
    const stage = drains ? "running" : isOver() ? "over" : hasEnded() ? "ended" : "running";
    const isLate = !drains && this.#overMs >= OVER_MS && !hasEnded();
    if (isLate || this.#quietMs >= SILENCE_MS[stage]) this.#silent.abort();
  }
}
