/** One file of ignore patterns, as gitignore(5) defines them and git reads them. Pure. */
import { pathBytes } from "../../path_bytes.ts";
import { globToRegExp } from "./glob.ts";

/** A path to decide on. The strings hold one byte a code unit: see `bytes`. */
export interface Candidate {
  /** Relative to the source's base. */
  readonly path: string;
  /** Its last part. */
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface Pattern {
  /** As it stands in its file, and in which line, from 1 on. */
  readonly text: string;
  readonly line: number;
  /** Re-includes what it matches. */
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  matches(candidate: Candidate): boolean;
}

/** The patterns of a text, in its order; `ignoresCase`: that of ASCII's letters, as git's are. */
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

/** The pattern that counts for it: the last that matches. */
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
 * The text's bytes, one a code unit ("é" is "\xc3\xa9"), since git's `?` and `[...]` match a byte. Text in ASCII, which is nearly all, is given back as it is.
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
    test({ path: small(path), name: small(name), isDirectory });
  return { negated, directoriesOnly, matches: ignoresCase ? matches : test };
}

/**
 * Without a '/' a pattern is about names at any depth, with one about paths from its base on. With
 * `ignoresCase` it is for candidates in small letters.
 */
function toTest(glob: string, ignoresCase: boolean): Pattern["matches"] {
  const plain = (text: string) => ignoresCase ? small(text) : text;
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
  // git compares up to the first wildcard by itself, so that the `**` in "a**/b" begins a part to it.
  const end = anchored.search(/[*?[\\]/);
  const prefix = plain(anchored.slice(0, end));
  const expression = globToRegExp(anchored.slice(end), ignoresCase);
  return ({ path }) => path.startsWith(prefix) && expression.test(path.slice(prefix.length));
}

/** Of bytes: only ASCII's letters have a case. */
function small(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function isLiteral(glob: string): boolean {
  return !/[*?[\\]/.test(glob);
}

/** Only spaces, not tabs, and not one that is quoted: `a\ ` keeps it. */
function withoutTrailingSpaces(line: string): string {
  let end = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === " ") continue;
    if (line[i] === "\\" && i + 1 < line.length) i++;
    end = i + 1;
  }
  return line.slice(0, end);
}
