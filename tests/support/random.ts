/** Random numbers that a seed repeats (mulberry32). A failing property test prints its seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns a number from 0 to less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from 0 to less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Undefined if there are no values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** Returns at most `most` different values. */
  some<T>(values: readonly T[], most: number): T[] {
    const rest = [...values];
    return Array.from(
      { length: this.below(most + 1) },
      () => rest.splice(this.below(rest.length), 1)[0],
    );
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
