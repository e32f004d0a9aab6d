/** The links of a tree that mean something else where it is sent to, or nothing at all: pure. */
import { isAbsolute, leavesTree } from "./paths.ts";
import type { Named } from "./walk.ts";

/** How many are named. */
const MOST_NAMED = 3;

/** A line for each of the first of them, and one for how many more there are. */
export function farLinkNotes(entries: readonly Named[]): string[] {
  const far = entries.filter((entry) => why(entry) !== undefined);
  const notes = far.slice(0, MOST_NAMED).map((entry) =>
    `${entry.path} is sent as the link that it is: ${why(entry)}`
  );
  const more = far.length - notes.length;
  return more === 0 ? notes : [...notes, `and ${more} more such ${more === 1 ? "link" : "links"}`];
}

/** Undefined for what stays inside. */
function why({ path, linkTarget }: Named): string | undefined {
  if (linkTarget === undefined) return undefined;
  if (isAbsolute(linkTarget)) return `its target is absolute, ${linkTarget}`;
  const directory = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  return leavesTree(directory, linkTarget)
    ? `it leads out of the directory, to ${linkTarget}`
    : undefined;
}
