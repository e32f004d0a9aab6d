/**
 * The signal for what only one block needs: its timers, watches and requests. It aborts when the block
 * is left, and when one of the outer signals does.
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
