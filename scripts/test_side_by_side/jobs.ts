/** The `deno test` processes that a set of test files needs, and their order. Pure. */

export interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** One process: a test file, and the arguments that the file itself reads. */
export interface Job {
  readonly path: string;
  readonly args: readonly string[];
}

/**
 * Returns one job per file, or one per shard of a file with a line `// shards: N`. The jobs that
 * take longest come first, so that the last one to end does not run alone for long: first the
 * shards, then the other files by their size.
 */
export function jobsOf(files: readonly TestFile[]): Job[] {
  const counted = files.map((file) => ({ ...file, shards: shardCount(file.text) }));
  counted.sort((a, b) =>
    b.shards - a.shards || b.text.length - a.text.length || (a.path < b.path ? -1 : 1)
  );
  return counted.flatMap(({ path, shards }) =>
    shards === 0 ? [{ path, args: [] }] : Array.from(
      { length: shards },
      (_, at) => ({ path, args: ["--", `--shard=${at + 1}/${shards}`] }),
    )
  );
}

/** 0 for a file that has no such line. */
function shardCount(text: string): number {
  return Number(/^\/\/ shards: (\d+)$/m.exec(text)?.[1] ?? 0);
}
