/**
 * A step's log to its end, over connections that break or fall silent: taken up again from the time of
 * the last line seen, and lines already seen left out.
 */
import { ExpectedError } from "../errors.ts";
import type { ContainerRef, Kube } from "../kube/interface.ts";
import { type LinePiece, linePieces } from "../kube/lines.ts";
import { isPassing, retryAfter } from "../kube/retry.ts";
import { isStatus } from "../kube/status.ts";
import type { Clock } from "../host.ts";

/** How long it is waited before a log that failed is asked for again. */
const RETRY_MS = 500;
/**
 * For so long a log may fail with no line between the failures, then it is given up: where the server is
 * in trouble or out of reach, and where it says that there is no log yet.
 */
const PATIENCE_MS = { passing: 60_000, notYet: 10_000 };

/** How often it is looked whether a log has fallen silent. */
const LOOK_MS = 5_000;
/**
 * How long a log may be silent before it is asked for again. A step may work in silence, but a connection
 * that swallows all that it is given looks the same.
 */
const SILENCE_MS = {
  /** While the container runs. */
  running: 60_000,
  /** Once it has ended: then what is left is read without following. */
  ended: 10_000,
};
/** A follow that ends sooner without a new line has ended with its container. */
const PROMPT_MS = 5_000;

export interface StepLogOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly container: ContainerRef;
  /** Whether the container is known to have ended. */
  readonly hasEnded?: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * Lines, long ones in pieces. Ends where the container's log does, or its pod is gone. Throws
 * ClusterError where the log can't be read.
 */
export async function* stepLog(options: StepLogOptions): AsyncGenerator<LinePiece> {
  const { clock, signal } = options;
  const seen = new Seen();
  let [failedMs, drains] = [0, false];
  while (true) {
    const reading = new Reading(options, { seen, drains });
    try {
      yield* reading.pieces();
      if (reading.isOver) return;
      drains = reading.isSilent && (options.hasEnded?.() ?? false);
      if (reading.count > 0) failedMs = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, 404)) return;
      if (reading.count === 0 && failedMs >= patience(error)) throw error;
      const ms = Math.max(RETRY_MS, retryAfter(error));
      failedMs = reading.count > 0 ? 0 : failedMs + ms;
      await clock.delay(ms, signal);
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
    const { hasEnded = () => false } = this.options;
    this.#quietMs += LOOK_MS;
    const isEnded = hasEnded() && !this.state.drains;
    if (this.#quietMs >= SILENCE_MS[isEnded ? "ended" : "running"]) this.#silent.abort();
  }
}

/** Which lines were seen, by the time each starts with. */
class Seen {
  #last = "";
  /** How many lines have had the time `#last`. */
  #count = 0;
  /** How many lines of the time `#last` came again since the stream was taken up again. */
  #again = 0;
  /** What comes now may have been seen: the stream was taken up again. */
  #isResuming = false;
  /** How many characters of a line that has not ended were passed on. */
  #openChars = 0;
  /** How many characters of the line that comes now are not passed on. */
  #skipChars = 0;

  /** For the next request, whose lines from then on are looked at as those that may be known. */
  resume(): string | undefined {
    if (this.#last === "") return undefined;
    this.#again = 0;
    this.#isResuming = true;
    return `${this.#last.slice(0, 19)}Z`;
  }

  /** What is new of it, without its time; undefined for nothing. `2026-01-02T03:04:05.678901234Z text`. */
  take({ text, isStart, isEnd }: LinePiece): LinePiece | undefined {
    const line = isStart ? this.#begin(text) : { text, isStart };
    if (this.#skipChars === Infinity) return undefined;
    const fresh = line.text.slice(this.#skipChars);
    this.#skipChars = Math.max(0, this.#skipChars - line.text.length);
    if (fresh === "" && !isEnd) return undefined;
    this.#openChars = isEnd ? 0 : this.#openChars + fresh.length;
    return { text: fresh, isStart: line.isStart, isEnd };
  }

  /** The line's text, and whether it is passed on from its start; sets how much of it is skipped. */
  #begin(text: string): { text: string; isStart: boolean } {
    const space = text.indexOf(" ");
    const time = inUtc(space < 0 ? text : text.slice(0, space));
    const rest = space < 0 ? "" : text.slice(space + 1);
    if (time === undefined) {
      this.#skipChars = Infinity;
      return { text: rest, isStart: false };
    }
    if (this.#isResuming && this.#isKnown(time)) {
      const isOpen = this.#openChars > 0 && time === this.#last && this.#again === this.#count;
      this.#skipChars = isOpen ? this.#openChars : Infinity;
      return { text: rest, isStart: false };
    }
    this.#isResuming = false;
    this.#skipChars = 0;
    this.#openChars = 0;
    if (time > this.#last) {
      this.#last = time;
      this.#count = 0;
    }
    // stdout and stderr are stamped each by itself: a line may be older than the one before it.
    if (time === this.#last) this.#count += 1;
    return { text: rest, isStart: true };
  }

  #isKnown(time: string): boolean {
    if (time !== this.#last) return time < this.#last;
    this.#again += 1;
    return this.#again <= this.#count;
  }
}

/**
 * Undefined for a line that no container wrote: a kubelet answers with words of its own, of a log that is gone already.
 * `2026-01-02T03:04:05.678901234`: nine digits of fraction, so that times compare as text, for some
 * runtimes trim zeros at the end; and in UTC, for a node's times are in the node's own zone.
 */
function inUtc(time: string): string | undefined {
  const [, whole, fraction = "", zone] = /^([^.Z+]{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ??
    [];
  if (whole === undefined) return undefined;
  const utc = zone === "Z" ? whole : new Date(whole + zone).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(9, "0")}`;
}
