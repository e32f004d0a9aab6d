/**
 * The signal for the timers, watches and requests that only one block needs. It aborts when the
 * program leaves the block, or with one of the outer signals.
 *
 *     using scope = new Scope(signal);
 *     const late = clock.delay(ms, scope.signal);
 */
export class Scope implements Disposable {
  readonly #left = new AbortController();
  readonly signal: AbortSignal;

  constructor(...outer: readonly AbortSignal[]) {
    this.signal = AbortSignal.any([...outer, this.#left.signal]);
  }

  [Symbol.dispose](): void {
    this.#left.abort(new DOMException("its block was left", "AbortError"));
  }
}
