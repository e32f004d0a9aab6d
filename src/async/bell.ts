/** Wakes all waiters each time something changes. They look for the change themselves. */
export class Bell {
  #next = Promise.withResolvers<void>();

  /** Resolves when the bell next rings. */
  get rings(): Promise<void> {
    return this.#next.promise;
  }

  ring(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }
}
