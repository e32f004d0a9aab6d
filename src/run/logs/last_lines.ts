/** Ends the wait for the last lines of an ended run: it lasts as long as some log brings lines. */
import type { Clock } from "../../host.ts";

const CHECK_MS = 250;
/** The silence of all logs after which those that have not ended are given up. */
const LAST_MS = 2_500;
/** The same if a log could not be read, because the failure may pass. */
const FAILING_MS = 10_000;

export class LastLines implements Disposable {
  /** The steps whose logs were not read to their end. */
  readonly unread: string[] = [];
  readonly #givenUp = new AbortController();
  #quietMs = 0;
  #limitMs = LAST_MS;
  #ticks: Disposable | undefined;

  constructor(private readonly clock: Clock) {}

  /** Aborts when the wait is over. */
  get signal(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** Begins the wait: the run has ended. */
  begin(): void {
    this.#ticks = this.clock.every(CHECK_MS, () => {
      this.#quietMs += CHECK_MS;
      if (this.#quietMs >= this.#limitMs) {
        this.#givenUp.abort(new DOMException("no more lines", "AbortError"));
      }
    });
  }

  /** Notes that a line, or the end of a log, has arrived. */
  heard(): void {
    this.#quietMs = 0;
  }

  /** Notes that a log could not be read and is requested again. */
  failed(): void {
    this.#limitMs = FAILING_MS;
  }

  [Symbol.dispose](): void {
    this.#ticks?.[Symbol.dispose]();
  }
}
