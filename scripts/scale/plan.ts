/** The plan of measurements. */

export interface Size {
  readonly name: string;
  readonly files: number;
  /** The average size of a file. */
  readonly bytes: number;
  readonly rounds: number;
}

export interface Plan {
  readonly idleMs: number;
  readonly plainRounds: number;
  readonly sizes: readonly Size[];
  /** Uploads again with one file changed. */
  readonly deltas: readonly Size[];
  /** Numbers of uploads at the same time, with a tree of this size. */
  readonly atOnce: readonly number[];
  readonly atOnceSize: Omit<Size, "rounds">;
}

const SMALL = { name: "1 MB, 100 files", files: 100, bytes: 10_000 };
const MIDDLE = { name: "25 MB, 2,000 files", files: 2_000, bytes: 12_500 };
const LARGE = { name: "250 MB, 20,000 files", files: 20_000, bytes: 12_500 };

export const WHOLE: Plan = {
  idleMs: 15_000,
  plainRounds: 2,
  sizes: [{ ...SMALL, rounds: 3 }, { ...MIDDLE, rounds: 2 }, { ...LARGE, rounds: 2 }],
  deltas: [{ ...MIDDLE, rounds: 2 }, { ...LARGE, rounds: 1 }],
  atOnce: [10, 50],
  atOnceSize: MIDDLE,
};

/** A short plan to try the script. */
export const QUICK: Plan = {
  idleMs: 2_000,
  plainRounds: 1,
  sizes: [{ ...SMALL, rounds: 1 }],
  deltas: [{ ...SMALL, rounds: 1 }],
  atOnce: [3],
  atOnceSize: SMALL,
};
