/** When a call to the file system is made at once, and when through Deno's thread pool. */
import { setImmediate } from "node:timers";

/**
 * Answers a call at once as long as storage is quick, and through Deno's thread pool, so that many go
 * on at the same time, once it is slow.
 *
 * On a warm cache an lstat takes 3 µs and a trip to the thread pool and back three times that: sending
 * 8,351 files takes half the time this way. On a cold disk or a network each call waits for
 * milliseconds, and then only concurrency helps. Now and then a call waits for a turn of the event loop, for
 * nothing else goes on, Ctrl-C included, while calls are answered at once.
 */
export class Pace {
  static readonly #pooledCalls = 64;
  static readonly #atOnceMs = 20;
  #pooledLeft = 0;
  #wasSlow = false;
  #lastBreathMs = 0;

  /** @param slowMs how long a call may take: after two longer ones the next 64 go through the thread pool */
  constructor(readonly slowMs: number) {}

  /**
   * @param workMs how long quick storage may take for such a result, beyond `slowMs`
   * @param count how many calls it is
   */
  call<T>(
    atOnce: () => T,
    pooled: () => Promise<T>,
    { workMs = () => 0, count = 1 }: { workMs?: (result: T) => number; count?: number } = {},
  ): Promise<T> {
    if (this.#pooledLeft > 0) {
      this.#pooledLeft -= count;
      return pooled();
    }
    const start = performance.now();
    if (start - this.#lastBreathMs <= Pace.#atOnceMs) return this.#atOnce(atOnce, start, workMs);
    this.#lastBreathMs = start;
    return new Promise(setImmediate).then(() => this.#atOnce(atOnce, performance.now(), workMs));
  }

  #atOnce<T>(call: () => T, start: number, workMs: (result: T) => number): Promise<T> {
    let allowedMs = this.slowMs;
    try {
      const result = call();
      allowedMs += workMs(result);
      return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      const isSlow = performance.now() - start > allowedMs;
      // Once may be another program's turn on this processor.
      if (isSlow && this.#wasSlow) this.#pooledLeft = Pace.#pooledCalls;
      this.#wasSlow = isSlow;
    }
  }
}
