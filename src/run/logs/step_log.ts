/**
 * Reads a step's log to its end, over connections that break or fall silent: each further request
 * resumes at the timestamp of the last line, without the lines already seen.
 */
import type { ContainerRef, Kube } from "../../kube/interface.ts";
import { type LinePiece, linePieces } from "../../kube/lines.ts";
import { isPassing, retryAfter } from "../../kube/retry.ts";
import { isStatus } from "../../kube/status.ts";
import type { Clock } from "../../host.ts";
import { Seen } from "./seen_lines.ts";

/** The pause before a log that could not be read is requested again. */
const RETRY_MS = 500;
/** The time for which requests may fail without a line in between, before the log is given up. */
const PATIENCE_MS = {
  /** The server is in trouble or out of reach. */
  passing: 60_000,
  /** The server says that the log does not exist yet. */
  notYet: 10_000,
};

/** The interval of the checks whether a log is silent. */
const CHECK_MS = 250;
/**
 * The silence after which a log is requested again. A step may work in silence, but a connection
 * that loses all bytes looks the same.
 */
const SILENCE_MS = {
  /** While the container runs. */
  running: 60_000,
  /** Once the container has ended: then the rest is read without following. */
  ended: 10_000,
  /** Once the TaskRun has ended, even if the container has not: likewise. */
  over: 750,
};
/** The longest time to follow a container that still writes after its TaskRun has ended. */
const OVER_MS = 10_000;
/** A followed log that ends sooner than this, without a new line, has ended with its container. */
const PROMPT_MS = 5_000;

export interface StepLogOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly container: ContainerRef;
  /** Returns whether the container is known to have ended. */
  readonly hasContainerEnded?: () => boolean;
  /**
   * Returns whether the TaskRun has ended. Then the log is read, but not followed: a container can
   * outlive its TaskRun, even forever if it waits for an earlier step that was killed.
   */
  readonly hasTaskRunEnded?: () => boolean;
  /** Returns whether the pod is deleted: another pod may have its name. */
  readonly isPodGone?: () => boolean;
  /** Called when a request has failed, before the next one. */
  readonly onFailure?: () => void;
  /** Called if the pod is deleted before its container's log has ended. */
  readonly onCut?: () => void;
  /** Lines are read once it resolves; the log is requested before, so that it is there then. */
  readonly turn?: Promise<unknown>;
  readonly signal: AbortSignal;
}

/**
 * Yields lines as they arrive together, long ones in pieces. Ends with the container's log, with
 * its TaskRun, or when its pod is deleted. Throws ClusterError if the log can't be read.
 */
export async function* stepLog(options: StepLogOptions): AsyncGenerator<LinePiece[]> {
  const { clock, signal } = options;
  const seen = new Seen();
  let failingSinceMs: number | undefined;
  const hasTaskRunEnded = () => options.hasTaskRunEnded?.() ?? false;
  let drains: boolean = hasTaskRunEnded();
  let isCut = true;
  while (true) {
    if (options.isPodGone?.()) return isCut ? options.onCut?.() : undefined;
    const reading: Reading = new Reading(options, { seen, drains });
    try {
      yield* reading.pieces();
      if (reading.isOver) return;
      isCut = reading.isSilent;
      drains = hasTaskRunEnded() || reading.isSilent && (options.hasContainerEnded?.() ?? false);
      if (reading.count > 0) failingSinceMs = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, 404)) return isCut ? options.onCut?.() : undefined;
      isCut = true;
      // Measured by the clock, because a request may take as long as the pauses.
      failingSinceMs = reading.count > 0 ? undefined : failingSinceMs ?? clock.now();
      const failedMs = clock.now() - (failingSinceMs ?? clock.now());
      if (failedMs >= patience(error)) throw error;
      options.onFailure?.();
      await clock.delay(Math.max(RETRY_MS, retryAfter(error)), signal);
      drains ||= hasTaskRunEnded();
    }
  }
}

/** 400 means that the container has not started. */
function patience(error: unknown): number {
  if (isStatus(error, 400)) return PATIENCE_MS.notYet;
  return isPassing(error) ? PATIENCE_MS.passing : 0;
}

/** Waits with an open stream, which is closed if the wait fails. */
async function untilTurn(
  turn: Promise<unknown>,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    await Promise.race([turn, aborted.promise]);
  } catch (error) {
    stream.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** One request for the log. */
class Reading {
  /** The number of new pieces. */
  count = 0;
  /** Whether the container's log is complete. */
  isOver = false;
  readonly #silent = new AbortController();
  /** Whether other logs are read before this one. */
  #isAhead: boolean;
  #quietMs = 0;
  #overMs = 0;

  constructor(
    private readonly options: StepLogOptions,
    private readonly state: { readonly seen: Seen; readonly drains: boolean },
  ) {
    this.#isAhead = options.turn !== undefined;
    options.turn?.then(() => this.#isAhead = false, () => {});
  }

  /** Whether the request was ended for its silence. */
  get isSilent(): boolean {
    return this.#silent.signal.aborted;
  }

  async *pieces(): AsyncGenerator<LinePiece[]> {
    const { kube, clock, container, turn, signal } = this.options;
    const { seen, drains } = this.state;
    const either = AbortSignal.any([signal, this.#silent.signal]);
    const startMs = clock.now();
    using _checks = clock.every(CHECK_MS, () => this.#check());
    try {
      const request = { ...container, follow: !drains, timestamps: true, signal: either };
      const stream = await kube.logs({ ...request, sinceTime: seen.resume() });
      if (this.#isAhead) await untilTurn(turn!, stream, either);
      for await (const pieces of linePieces(stream, { signal: either })) {
        this.#quietMs = 0;
        const fresh = pieces.map((piece) => seen.take(piece)).filter((one) => one !== undefined);
        if (fresh.length === 0) continue;
        this.count += fresh.length;
        yield fresh;
      }
    } catch (error) {
      if (!this.isSilent || signal.aborted) throw error;
    }
    signal.throwIfAborted();
    if (this.isSilent) return;
    // A followed log ends with its container, but also at a log rotation, a restart of the kubelet
    // and in proxies that end silent connections. Requested again, the log of an ended container
    // ends at once without a new line.
    this.isOver = drains || this.count === 0 && clock.now() - startMs < PROMPT_MS;
  }

  #check(): void {
    const { hasContainerEnded = () => false, hasTaskRunEnded = () => false } = this.options;
    const { drains } = this.state;
    if (this.#isAhead) return;
    this.#quietMs += CHECK_MS;
    if (hasTaskRunEnded()) this.#overMs += CHECK_MS;
    const stage = drains
      ? "running"
      : hasTaskRunEnded()
      ? "over"
      : hasContainerEnded()
      ? "ended"
      : "running";
    const isLate = !drains && this.#overMs >= OVER_MS && !hasContainerEnded();
    if (isLate || this.#quietMs >= SILENCE_MS[stage]) this.#silent.abort();
  }
}
