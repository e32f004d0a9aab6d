/**
 * The last lines of a run that has ended: they are waited for as long as any of its logs brings some, and
 * no longer, whatever the streams do.
 */
import type { Clock } from "../../host.ts";

const LOOK_MS = 250;
/** After so long without a word of any log those that have not ended are given up. */
const LAST_MS = 2_500;
/** The same where one could not be read, which may pass. */
const FAILING_MS = 10_000;

export class LastLines implements Disposable {
  /** Steps whose logs were not read to their end. */
  readonly unread: string[] = [];
  readonly #over = new AbortController();
  #quietMs = 0;
  #limitMs = LAST_MS;
  #ticks: Disposable | undefined;

  constructor(private readonly clock: Clock) {}

  /** Aborts when no log is waited for any more. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The run has ended. */
  begin(): void {
    this.#ticks = this.clock.every(LOOK_MS, () => {
      this.#quietMs += LOOK_MS;
      if (this.#quietMs >= this.#limitMs) {
        this.#over.abort(new DOMException("no more lines", "AbortError"));
      }
    });
  }

  /** A line has come, or a log's end. */
  heard(): void {
    this.#quietMs = 0;
  }

  /** A log could not be read, and is asked for again. */
  failed(): void {
    this.#limitMs = FAILING_MS;
  }

  [Symbol.dispose](): void {
    this.#ticks?.[Symbol.dispose]();
  }
}
