/** Chooses between synchronous calls to the file system and Deno's thread pool. */

/**
 * Makes calls synchronously while storage is quick, and through Deno's thread pool, so that many
 * run at once, while it is slow.
 *
 * On a warm cache an lstat takes 3 µs, and the thread pool adds three times that: synchronous calls
 * halve the time to send 8,351 files. On a cold disk or a network each call waits for milliseconds,
 * and only concurrency helps. Every 20 ms a call waits for a turn of the event loop, since
 * synchronous calls block everything else, Ctrl-C included.
 */
export class Pace {
  static readonly #pooledCalls = 64;
  static readonly #atOnceMs = 20;
  #pooledLeft = 0;
  #wasSlow = false;
  #lastBreathMs = 0;

  /**
   * @param slowMs how long a call may take: after two longer ones, 64 go through the thread pool
   */
  constructor(readonly slowMs: number) {}

  /**
   * @param workMs how long such a result may take on quick storage, beyond `slowMs`
   * @param count the number of calls
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
    return nextTurn().then(() => this.#atOnce(atOnce, performance.now(), workMs));
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
      // A single one may be due to another program on this processor.
      if (isSlow && this.#wasSlow) this.#pooledLeft = Pace.#pooledCalls;
      this.#wasSlow = isSlow;
    }
  }
}

/** Waits for a turn of the event loop. */
async function nextTurn(): Promise<void> {
  const { setImmediate } = await import("node:timers");
  await new Promise<void>((resolve) => setImmediate(resolve));
}
