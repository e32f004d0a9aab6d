/** Rules of several ignore files, each with the directory that it applies to. Pure. */
import { bytes, lastMatch, parsePatterns, type Pattern } from "./gitignore.ts";

/** The rules of one file, or of the command line. */
export interface RuleSet {
  /** The source as shown to the user: "src/.gitignore", "--ignore". */
  readonly label: string;
  /** Relative to the repository's root, "" for the root itself; one byte per code unit. */
  readonly base: string;
  readonly patterns: readonly Pattern[];
  /** Whether the label names a file, so that a line number makes sense. */
  readonly isFile: boolean;
}

/** One line of an ignore file. */
export interface Rule {
  readonly set: RuleSet;
  readonly pattern: Pattern;
}

export interface RuleText {
  readonly label: string;
  /** In gitignore syntax. */
  readonly text: string;
  /** True by default. */
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
 * Returns the decisive rule for a path below every set's base: the last match in the last set that
 * has a match.
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

/** Returns ".gitignore:3: *.log" or "--ignore: *.log". */
export function showRule({ set, pattern }: Rule): string {
  return `${set.label}${set.isFile ? `:${pattern.line}` : ""}: ${pattern.text}`;
}
