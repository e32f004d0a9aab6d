/** What is known of paths, a line each: "81a4 12 1700000000 ./src/a b.go". Pure. */
import { type RemotePath, remotePath } from "./remote_path.ts";

export interface Facts {
  /** As many words as were asked for. */
  readonly facts: readonly string[];
  /** Without its "./". */
  readonly path: RemotePath;
}

/** A path that leads out of the directory: nobody but an attacker writes one. */
export const LEADS_OUT = Symbol();

/** Undefined for a line of another kind. By hand: that is faster than a regular expression on the first 10,000 lines. */
export function parseFacts(line: string, count: number): Facts | typeof LEADS_OUT | undefined {
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

/** Of a text that ends with a line's end. */
export function wholeLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
