/** The links of a tree that mean something else where it is sent to, or nothing at all: pure. */
import type { Entry } from "./walk.ts";

/** How many are named. */
const MOST_NAMED = 3;

/** A line for each of the first of them, and one for how many more there are. */
export function farLinkNotes(entries: readonly Entry[]): string[] {
  const far = entries.filter((entry) => why(entry) !== undefined);
  const notes = far.slice(0, MOST_NAMED).map((entry) =>
    `${entry.path} is sent as the link that it is: ${why(entry)}`
  );
  const more = far.length - notes.length;
  return more === 0 ? notes : [...notes, `and ${more} more such ${more === 1 ? "link" : "links"}`];
}

/** By its text alone: what it passes through on its way is not looked at. Undefined for what stays inside. */
function why({ path, linkTarget = "" }: Entry): string | undefined {
  if (/^(\/|[A-Za-z]:[\\/])/.test(linkTarget)) return `its target is absolute, ${linkTarget}`;
  let depth = path.split("/").length - 1;
  for (const part of linkTarget.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return `it leads out of the directory, to ${linkTarget}`;
  }
  return undefined;
}
