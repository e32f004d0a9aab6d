/** Symbolic links that point out of the tree, where the step has no such file. Pure. */
import { isAbsolute, leavesTree } from "./paths.ts";
import type { Named } from "./walk.ts";

/** The most links that are named. */
const MOST_NAMED = 3;

/** Returns a line for each of the first links, and one with the number of the others. */
export function outsideLinkNotes(entries: readonly Named[]): string[] {
  const outside = entries.filter((entry) => why(entry) !== undefined);
  const notes = outside.slice(0, MOST_NAMED).map((entry) =>
    `${entry.path} is sent as a link: ${why(entry)}`
  );
  const more = outside.length - notes.length;
  return more === 0 ? notes : [...notes, `and ${more} more such ${more === 1 ? "link" : "links"}`];
}

/** Returns undefined for a link whose target is inside the tree. */
function why({ path, linkTarget }: Named): string | undefined {
  if (linkTarget === undefined) return undefined;
  if (isAbsolute(linkTarget)) return `its target is absolute, ${linkTarget}`;
  const directory = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  return leavesTree(directory, linkTarget)
    ? `it points out of the directory, to ${linkTarget}`
    : undefined;
}
