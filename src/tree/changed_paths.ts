/** What was changed between two walks of one tree. Pure. */
import type { Entry } from "./walk.ts";

/**
 * What an editor keeps beside a file that is open in it: vim's swap file, emacs' lock and its copy, a backup
 * `a~`, kate's swap file; and what the Finder leaves in a directory that it has shown.
 */
const BESIDE = /^(\.(.*\.)?sw[a-z]|\.#.*|#.*#|.*~|\..*\.kate-swp|\.DS_Store)$/s;

/**
 * The paths of all that was added, removed or written, sorted, directories as `a/` and only where
 * nothing in them is. A directory's time does not count, which changes with all names in it, those that
 * are ignored too; nor does what only an editor wrote for itself.
 */
export function changedPaths(before: readonly Entry[], after: readonly Entry[]): string[] {
  const left = new Map(before.map((entry) => [entry.path, entry]));
  const changed = after.filter((entry) => {
    const known = left.get(entry.path);
    left.delete(entry.path);
    return known === undefined || differs(known, entry);
  });
  const paths = [...changed, ...left.values()]
    .filter(({ path, kind }) =>
      kind === "directory" || !BESIDE.test(path.slice(path.lastIndexOf("/") + 1))
    )
    .map(({ path, kind }) => kind === "directory" ? `${path}/` : path)
    .sort();
  return paths.filter((path, at) => !path.endsWith("/") || !paths[at + 1]?.startsWith(path));
}

function differs(one: Entry, other: Entry): boolean {
  if (one.kind !== other.kind || one.linkTarget !== other.linkTarget) return true;
  if (one.kind === "symlink") return false;
  if (one.mode !== other.mode) return true;
  return one.kind === "file" &&
    (one.sizeBytes !== other.sizeBytes || one.mtimeSeconds !== other.mtimeSeconds);
}
