/** Parts of a test file's tests, which run in processes side by side. */

export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

/** Reads `--shard=2/6`, which scripts/test_side_by_side.ts passes. Default: one shard. */
export function shardFrom(args: readonly string[]): Shard {
  for (const arg of args) {
    const [, number, count] = /^--shard=(\d+)\/(\d+)$/.exec(arg) ?? [];
    if (count !== undefined) return { number: Number(number), count: Number(count) };
  }
  return { number: 1, count: 1 };
}

/** Returns the shard's part: its neighbors, which may take equally long, are in other shards. */
export function partOf<T>({ number, count }: Shard, all: readonly T[]): T[] {
  return all.filter((_, at) => at % count === number - 1);
}
