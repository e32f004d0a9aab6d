/** Under which names of the directory it matters what lies there: what a run made beside the tree may be much. Pure. */
import type { UploadRecord } from "../step/protocol/record.ts";
import type { SendOptions } from "./options.ts";

/** More than these, and all that lies there is asked for. */
const MOST_NAMES = 500;
/** For all of the directory. */
const ALL = ["."];

/** Those of the tree's own at its top, or ".". */
export function topNames({ entries, deletes }: Pick<SendOptions, "entries" | "deletes">): string[] {
  return deletes === "always" ? ALL : bounded(topOf(entries.map(({ path }) => path)));
}

/** Those of an earlier upload that are not among these. */
export function namesToRecall(
  record: UploadRecord | undefined,
  names: readonly string[],
): string[] {
  if (record === undefined || names[0] === ".") return [];
  const known = new Set(names);
  return bounded(topOf(record.entries.keys()).filter((name) => !known.has(name)));
}

function bounded(names: string[]): string[] {
  return names.length > MOST_NAMES ? ALL : names;
}

function topOf(paths: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const end = path.indexOf("/");
    names.add(end < 0 ? path : path.slice(0, end));
  }
  return [...names].filter((name) => !name.includes("\n"));
}
