/** The difference between two walks of one tree. Pure. */
import type { Entry } from "./walk.ts";

/**
 * Names of files that an editor keeps next to an open file: the swap files of vim and kate, the
 * lock and autosave files of emacs, backups such as `a~`. Also the Finder's .DS_Store.
 */
const EDITOR_FILE = /^(\.(.*\.)?sw[a-z]|\.#.*|#.*#|.*~|\..*\.kate-swp|\.DS_Store)$/s;

/**
 * Returns the sorted paths of all entries that were added, removed or modified. A directory is
 * listed, as `a/`, only if nothing inside it is. A directory's mtime is not compared, since adding
 * or removing an ignored file changes it too. An editor's own files are left out.
 */
export function changedPaths(before: readonly Entry[], after: readonly Entry[]): string[] {
  const unmatched = new Map(before.map((entry) => [entry.path, entry]));
  const changed = after.filter((entry) => {
    const known = unmatched.get(entry.path);
    unmatched.delete(entry.path);
    return known === undefined || differs(known, entry);
  });
  const paths = [...changed, ...unmatched.values()]
    .filter(({ path, kind }) =>
      kind === "directory" || !EDITOR_FILE.test(path.slice(path.lastIndexOf("/") + 1))
    )
    .map(({ path, kind }) => kind === "directory" ? `${path}/` : path)
    .sort();
  return paths.filter((path, at) => !path.endsWith("/") || !paths[at + 1]?.startsWith(path));
}

/** Whether the entry, which has the same path, differs from that of an earlier walk. */
export function differs(before: Entry, after: Entry): boolean {
  if (before.kind !== after.kind || before.linkTarget !== after.linkTarget) return true;
  if (before.kind === "symlink") return false;
  if (before.mode !== after.mode) return true;
  return before.kind === "file" &&
    (before.sizeBytes !== after.sizeBytes || before.mtimeSeconds !== after.mtimeSeconds);
}

/** Returns the files of `after` that differ from `before` by their mtime alone. */
export function touchedFiles(before: readonly Entry[], after: readonly Entry[]): Entry[] {
  const known = new Map(before.map((entry) => [entry.path, entry]));
  return after.filter((entry) => {
    const earlier = known.get(entry.path);
    return entry.kind === "file" && earlier !== undefined && differs(earlier, entry) &&
      !differs({ ...earlier, mtimeSeconds: entry.mtimeSeconds }, entry);
  });
}

/** A file whose mtime is older than this can't change again without another mtime. */
const SETTLED_SECONDS = 2;

/**
 * Returns the files of `after` that are as they were at the walk `before`, which began at that time
 * since the epoch: a digest that was read after that walk still counts.
 */
export function settledFiles(
  before: readonly Entry[],
  after: readonly Entry[],
  beforeSeconds: number,
): Entry[] {
  const known = new Map(before.map((entry) => [entry.path, entry]));
  return after.filter((entry) => {
    const earlier = known.get(entry.path);
    return entry.kind === "file" && earlier !== undefined && !differs(earlier, entry) &&
      entry.mtimeSeconds < beforeSeconds - SETTLED_SECONDS;
  });
}
