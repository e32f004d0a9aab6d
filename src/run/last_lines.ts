/**
 * The last lines of a run that has ended: they are waited for as long as any of its logs brings some, and
 * no longer, whatever the streams do.
 */
import type { Clock } from "../host.ts";

const LOOK_MS = 250;
/** After so long without a word of any log those that have not ended are given up. */
const LAST_MS = 2_500;

export class LastLines implements Disposable {
  /** Steps whose logs were not read to their end. */
  readonly unread: string[] = [];
  readonly #over = new AbortController();
  #quietMs = 0;
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
      if (this.#quietMs >= LAST_MS) {
        this.#over.abort(new DOMException("no more lines", "AbortError"));
      }
    });
  }

  /** A line has come, or a log's end. */
  heard(): void {
    this.#quietMs = 0;
  }

  [Symbol.dispose](): void {
    this.#ticks?.[Symbol.dispose]();
  }
}
