/** Lines that describe a path: "81a4 12 1700000000 ./src/a b.go". Pure. */
import { type RemotePath, remotePath } from "./remote_path.ts";

export interface ListingLine {
  /** The words before the path. */
  readonly facts: readonly string[];
  /** Without its "./". */
  readonly path: RemotePath;
}

/** Stands for a path that leads out of the directory, which only an attacker writes. */
export const LEADS_OUT = Symbol();

/**
 * Parses a line with `count` words before its path. Returns undefined for any other line.
 *
 * Parsed by hand, which is faster than a regular expression.
 */
export function parseListingLine(
  line: string,
  count: number,
): ListingLine | typeof LEADS_OUT | undefined {
  const facts: string[] = [];
  let from = 0;
  for (let at = 0; at < count; at++) {
    const end = line.indexOf(" ", from);
    if (end <= from) return undefined;
    facts.push(line.slice(from, end));
    from = end + 1;
  }
  if (!line.startsWith("./", from)) return line[from] === "/" ? LEADS_OUT : undefined;
  const path = remotePath(line.slice(from + 2));
  return path === undefined ? LEADS_OUT : { facts, path };
}

/** Splits a text that ends with a newline. */
export function wholeLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
