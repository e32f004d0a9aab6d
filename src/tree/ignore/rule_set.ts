/** Ignore rules of several files, each with the directory that it is about. Pure. */
import { bytes, lastMatch, parsePatterns, type Pattern } from "./gitignore.ts";

/** The rules of one file, or of the command line. */
export interface RuleSet {
  /** As a person finds it: "src/.gitignore", "--ignore". */
  readonly label: string;
  /** Relative to the repository's root, '/'-separated, "" for the root itself; one byte a code unit. */
  readonly base: string;
  readonly patterns: readonly Pattern[];
  /** Whether the label is a file's, in which the line counts. */
  readonly isFile: boolean;
}

/** One line that says whether a path is sent. */
export interface Rule {
  readonly set: RuleSet;
  readonly pattern: Pattern;
}

export interface RuleText {
  readonly label: string;
  /** In gitignore syntax: of a .gitignore, of .git/info/exclude, of a core.excludesFile. */
  readonly text: string;
  /** By default it is. */
  readonly isFile?: boolean;
}

export function toRuleSet(
  { label, text, isFile = true }: RuleText,
  base: string,
  ignoresCase = false,
): RuleSet {
  return { label, base: bytes(base), patterns: parsePatterns(text, ignoresCase), isFile };
}

/**
 * The rule that counts for a path below every set's base: the last that matches in the last set that has
 * one.
 */
export function ruleFor(
  sets: readonly RuleSet[],
  path: string,
  isDirectory: boolean,
): Rule | undefined {
  if (sets.length === 0) return undefined;
  const full = bytes(path);
  const name = full.slice(full.lastIndexOf("/") + 1);
  for (let i = sets.length - 1; i >= 0; i--) {
    const set = sets[i];
    const below = set.base === "" ? full : full.slice(set.base.length + 1);
    const pattern = lastMatch(set.patterns, { path: below, name, isDirectory });
    if (pattern !== undefined) return { set, pattern };
  }
  return undefined;
}

/** ".gitignore:3: *.log", "--ignore: *.log". */
export function showRule({ set, pattern }: Rule): string {
  return `${set.label}${set.isFile ? `:${pattern.line}` : ""}: ${pattern.text}`;
}
