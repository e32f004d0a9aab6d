/** Patterns of one ignore file, by gitignore(5) and the behavior of git. Pure. */
import { pathBytes } from "../../path_bytes.ts";
import { globToRegExp } from "./glob.ts";

/** A path to match. Its strings hold one byte per code unit: see `bytes`. */
export interface Candidate {
  /** Relative to the directory of the ignore file. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface Pattern {
  /** The line of the file, without trailing spaces. */
  readonly text: string;
  /** The number of the line, from 1. */
  readonly line: number;
  /** Whether it re-includes the paths that it matches. */
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  matches(candidate: Candidate): boolean;
}

/**
 * Parses the patterns of a text, in order. `ignoresCase` is about ASCII letters only, as in git.
 */
export function parsePatterns(text: string, ignoresCase = false): readonly Pattern[] {
  const patterns: Pattern[] = [];
  for (const [at, line] of text.replace(/^\uFEFF/, "").split("\n").entries()) {
    if (line.startsWith("#")) continue;
    const pattern = withoutTrailingSpaces(line.replace(/\r$/, ""));
    if (pattern !== "") {
      patterns.push({ text: pattern, line: at + 1, ...toPattern(bytes(pattern), ignoresCase) });
    }
  }
  return patterns;
}

/** Returns the last pattern that matches, which is the decisive one. */
export function lastMatch(
  patterns: readonly Pattern[],
  candidate: Candidate,
): Pattern | undefined {
  for (let i = patterns.length - 1; i >= 0; i--) {
    const pattern = patterns[i];
    if (pattern.directoriesOnly && !candidate.isDirectory) continue;
    if (pattern.matches(candidate)) return pattern;
  }
  return undefined;
}

/**
 * Returns the text's bytes, one per code unit ("é" is "\xc3\xa9"), because `?` and `[...]` match
 * one byte in git. ASCII text is returned unchanged.
 */
export function bytes(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  let result = "";
  for (const byte of pathBytes(text)) result += String.fromCharCode(byte);
  return result;
}

function toPattern(line: string, ignoresCase: boolean): Omit<Pattern, "text" | "line"> {
  const negated = line.startsWith("!");
  let glob = negated ? line.slice(1) : line;
  const directoriesOnly = glob.endsWith("/");
  if (directoriesOnly) glob = glob.slice(0, -1);
  const test = toTest(glob, ignoresCase);
  const matches: Pattern["matches"] = ({ path, name, isDirectory }) =>
    test({ path: lowercase(path), name: lowercase(name), isDirectory });
  return { negated, directoriesOnly, matches: ignoresCase ? matches : test };
}

/**
 * Returns the test of a pattern. A pattern without a '/' matches names at any depth; with a '/' it
 * matches paths relative to its ignore file. With `ignoresCase`, the candidates must be in
 * lowercase.
 */
function toTest(glob: string, ignoresCase: boolean): Pattern["matches"] {
  const plain = (text: string) => ignoresCase ? lowercase(text) : text;
  if (!glob.includes("/")) {
    if (isLiteral(glob)) {
      const whole = plain(glob);
      return ({ name }) => name === whole;
    }
    if (glob.startsWith("*") && isLiteral(glob.slice(1))) {
      const end = plain(glob.slice(1));
      return ({ name }) => name.endsWith(end);
    }
    const expression = globToRegExp(glob, ignoresCase);
    return ({ name }) => expression.test(name);
  }
  const anchored = glob.startsWith("/") ? glob.slice(1) : glob;
  if (isLiteral(anchored)) {
    const whole = plain(anchored);
    return ({ path }) => path === whole;
  }
  // git compares the text before the first wildcard separately. So to git, the `**` in "a**/b"
  // begins a part.
  const end = anchored.search(/[*?[\\]/);
  const prefix = plain(anchored.slice(0, end));
  const expression = globToRegExp(anchored.slice(end), ignoresCase);
  return ({ path }) => path.startsWith(prefix) && expression.test(path.slice(prefix.length));
}

/** Returns the bytes with ASCII letters in lowercase. */
function lowercase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function isLiteral(glob: string): boolean {
  return !/[*?[\\]/.test(glob);
}

/** Removes trailing spaces, but not tabs, and not a quoted space as in `a\ `. */
function withoutTrailingSpaces(line: string): string {
  let end = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === " ") continue;
    if (line[i] === "\\" && i + 1 < line.length) i++;
    end = i + 1;
  }
  return line.slice(0, end);
}
