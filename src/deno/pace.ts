/**
 * Answers a call at once as long as storage is quick, and through Deno's thread pool, so that many go
 * on at the same time, once it is slow.
 *
 * On a warm cache an lstat takes 3 µs and a trip to the thread pool and back three times that: sending
 * 8,351 files takes half the time this way. On a cold disk or a network each call waits for
 * milliseconds, and then only concurrency helps. Now and then a call takes the trip anyway, for nothing
 * else goes on, Ctrl-C included, while calls are answered at once.
 */
export class Pace {
  static readonly #pooledCalls = 64;
  static readonly #atOnceMs = 20;
  #pooledLeft = 0;
  #lastPooledMs = 0;

  /** @param slowMs how long a call may take before the next 64 go through the thread pool */
  constructor(readonly slowMs: number) {}

  /** @param workMs how long quick storage may take for such a result, beyond `slowMs` */
  call<T>(
    atOnce: () => T,
    pooled: () => Promise<T>,
    workMs: (result: T) => number = () => 0,
  ): Promise<T> {
    const start = performance.now();
    if (this.#pooledLeft > 0 || start - this.#lastPooledMs > Pace.#atOnceMs) {
      this.#pooledLeft = Math.max(this.#pooledLeft - 1, 0);
      this.#lastPooledMs = start;
      return pooled();
    }
    let allowedMs = this.slowMs;
    try {
      const result = atOnce();
      allowedMs += workMs(result);
      return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      if (performance.now() - start > allowedMs) this.#pooledLeft = Pace.#pooledCalls;
    }
  }
}
