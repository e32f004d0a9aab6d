/** Splits a tree in two halves that can be sent side by side. Pure. */
import type { Entry } from "../../tree/walk.ts";

/** A smaller tree is sent before a second connection is open. */
const WORTH_BYTES = 8e6;
/** The cost of a file besides its bytes, in bytes. */
const FILE_BYTES = 4096;

export interface SplitTree {
  readonly first: readonly Entry[];
  readonly second: readonly Entry[];
  /** The directories that both put something into: their mtimes are right once both are done. */
  readonly shared: readonly Entry[];
}

/**
 * Returns undefined for a tree that is too small, is mostly one file, or has a hard link from one
 * half to the other.
 */
export function splitTree(entries: readonly Entry[]): SplitTree | undefined {
  const costs = entries.map(({ kind, sizeBytes }) =>
    kind === "file" ? sizeBytes + FILE_BYTES : 512
  );
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  if (whole < WORTH_BYTES) return undefined;
  let sum = 0;
  let at = 0;
  while (at < entries.length && sum + costs[at] <= whole / 2) sum += costs[at++];
  if (sum < whole / 4 || at === entries.length) return undefined;
  if (separatesLinks(entries, at)) return undefined;
  const { path } = entries[at];
  const shared = entries.slice(0, at).filter((entry) =>
    entry.kind === "directory" && path.startsWith(`${entry.path}/`)
  );
  return { first: entries.slice(0, at), second: entries.slice(at), shared };
}

function separatesLinks(entries: readonly Entry[], at: number): boolean {
  const inodes = new Set(entries.slice(0, at).map(({ inode }) => inode));
  return entries.slice(at).some(({ inode }) => inode !== undefined && inodes.has(inode));
}
