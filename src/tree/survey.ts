/** What a receiver says of the directory that is to be filled: pure. The conversation is in src/step/receive.sh. */

import { parseFacts, wholeLines } from "./facts.ts";

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
 * Reads an answer, in pieces of whole lines:
 *
 *     gzip
 *     listed
 *     81a4 12 1700000000 ./src/a.go
 */
export async function parseSurvey(pieces: AsyncIterable<string>): Promise<Survey> {
  const words = new Set<string>();
  const there = new Map<string, There>();
  for await (const piece of pieces) {
    for (const line of wholeLines(piece)) {
      const { facts: [mode, size, time], path } = parseFacts(line);
      if (path === undefined) words.add(line);
      else {
        const kind = KINDS[Number.parseInt(mode, 16) & 0o170000] ?? "other";
        there.set(path, { kind, sizeBytes: Number(size), mtimeSeconds: Number(time) });
      }
    }
  }
  return {
    gzip: words.has("gzip"),
    sha256sum: words.has("sha256sum"),
    linksOnly: words.has("links"),
    there,
  };
}

/** By the bits of a mode that say what it is the mode of: see inode(7). */
const KINDS: Record<number, There["kind"]> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};
