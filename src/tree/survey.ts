/** What a receiver says of the directory that is to be filled: pure. The conversation is in src/step/receive.sh. */

/** One thing that lies there, links not followed. */
export interface There {
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds: number;
}

export interface Survey {
  /** Whether it can unpack gzip. */
  readonly gzip: boolean;
  /** Whether it can check digests; else it checks sizes. */
  readonly sha256sum: boolean;
  /** What there is by path, relative to the directory, below the names that were asked for. */
  readonly there: ReadonlyMap<string, There>;
  /** It can tell of links alone: what else there is, is not known. */
  readonly linksOnly: boolean;
}

/**
 * Reads an answer:
 *
 *     gzip
 *     listed
 *     81a4 12 1700000000 ./src/a.go
 */
export function parseSurvey(text: string): Survey {
  const lines = text.split("\n");
  const there = new Map<string, There>();
  for (const line of lines) {
    const match = /^([0-9a-f]+) (\d+) (-?\d+) \.\/(.*)$/.exec(line);
    if (match === null) continue;
    const [, mode, size, time, path] = match;
    const kind = KINDS[Number.parseInt(mode, 16) & 0o170000] ?? "other";
    there.set(path, { kind, sizeBytes: Number(size), mtimeSeconds: Number(time) });
  }
  const [gzip, sha256sum, linksOnly] = ["gzip", "sha256sum", "links"]
    .map((word) => lines.includes(word));
  return { gzip, sha256sum, linksOnly, there };
}

/** By the bits of a mode that say what it is the mode of: see inode(7). */
const KINDS: Record<number, There["kind"]> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};
