/** Values in the order in which they were put, for one reader that waits for them. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  put(value: T): void {
    this.#values.push(value);
    this.#changed.resolve();
  }

  /** The reader throws this error before it reads further values. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, never> {
    while (true) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#values.length > 0) yield this.#values.shift()!;
      else {
        this.#changed = Promise.withResolvers();
        await this.#changed.promise;
      }
    }
  }
}
