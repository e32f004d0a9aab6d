/**
 * The names that the receiver lists with all below them. A run may have made a lot besides the
 * tree, so the client asks only for names that matter: top-level ones, or for an upload on top of
 * the rest of the tree those of its files. Pure.
 */
import type { UploadRecord } from "../step/protocol/record.ts";
import type { SendOptions } from "./options.ts";

/** The most names of one question. With more top-level names, the client asks for everything. */
export const MOST_NAMES = 500;
/** With more single files than this, everything below their top-level names is listed. */
const MOST_SINGLE = 20_000;
/** Everything in the directory. */
const ALL = ["."];

/** Returns the names of the tree, or "." if everything matters. */
export function namesOfTree(
  { entries, deletes, clean, onTop }: Pick<SendOptions, "entries" | "deletes" | "clean" | "onTop">,
): string[] {
  if (onTop !== undefined) {
    const files = entries.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
    const names = [...new Set([...files, ...onTop.removed])].filter(isLine);
    return names.length > MOST_SINGLE ? bounded(topLevel(names)) : names;
  }
  const isWhole = deletes === "always" || clean !== undefined;
  return isWhole ? ALL : bounded(topLevel(entries.map(({ path }) => path)));
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
  return [...names].filter(isLine);
}

function isLine(name: string): boolean {
  return !name.includes("\n");
}
