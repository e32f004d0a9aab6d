/** Random numbers that a seed repeats (mulberry32): a failing property test prints its seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 on, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 on, less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Undefined for no values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** Up to `most` different ones. */
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
