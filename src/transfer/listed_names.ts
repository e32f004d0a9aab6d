/**
 * The top-level names that the receiver lists. A run may have made a lot besides the tree, so the
 * client asks only for names that matter. Pure.
 */
import type { UploadRecord } from "../step/protocol/record.ts";
import type { SendOptions } from "./options.ts";

/** With more names than this, the client asks for everything. */
const MOST_NAMES = 500;
/** Everything in the directory. */
const ALL = ["."];

/** Returns the top-level names of the tree, or "." if everything matters. */
export function namesOfTree(
  { entries, deletes, clean }: Pick<SendOptions, "entries" | "deletes" | "clean">,
): string[] {
  return deletes === "always" || clean !== undefined
    ? ALL
    : bounded(topLevel(entries.map(({ path }) => path)));
}

/** Returns the top-level names in the record that are not among the given ones. */
export function namesOfRecord(
  record: UploadRecord | undefined,
  names: readonly string[],
): string[] {
  if (record === undefined || names[0] === ".") return [];
  const known = new Set(names);
  return bounded(topLevel(record.entries.keys()).filter((name) => !known.has(name)));
}

function bounded(names: string[]): string[] {
  return names.length > MOST_NAMES ? ALL : names;
}

function topLevel(paths: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const end = path.indexOf("/");
    names.add(end < 0 ? path : path.slice(0, end));
  }
  return [...names].filter((name) => !name.includes("\n"));
}
