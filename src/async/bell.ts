/** Tells all that wait for it, each time, that something has changed: what, they look for themselves. */
export class Bell {
  #next = Promise.withResolvers<void>();

  /** Resolves when it rings the next time. */
  get rings(): Promise<void> {
    return this.#next.promise;
  }

  ring(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }
}
