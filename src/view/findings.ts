/** The report of `doctor`: a line for each thing that was checked. Pure. */
import { escape, joined, type Printable, printable } from "../printable.ts";
import type { Styles } from "./text/style.ts";
import { brokenAtBlanks, joinedWords, widthOf } from "./text/width.ts";

/** `skipped`: it can't be found out here, and need not be wrong. */
export type FindingState = "ok" | "warning" | "failure" | "skipped";

/** The result of a check. */
export interface Finding {
  /** The subject, in a word or two: `identity`. */
  readonly check: string;
  readonly state: FindingState;
  readonly text: string;
  /** The remedy in words: what to ask for, or to look at. */
  readonly fix?: string;
  /** A command line that is the remedy, or that leads to it, quoted for a shell. */
  readonly command?: string;
}

const WORDS: Record<FindingState, string> = {
  ok: "ok",
  warning: "warning",
  failure: "FAILED",
  skipped: "-",
};
const WORD_COLUMNS = 8, CHECK_COLUMNS = 14;
const TEXT_COLUMN = WORD_COLUMNS + CHECK_COLUMNS + 2;
/** The fewest columns that stay beside the subjects. In a narrower terminal the text is below. */
const LEAST_TEXT_COLUMNS = 40;
const NARROW_INDENT = 2;

/**
 * Returns the line of a finding, and its remedies on the next ones:
 *
 *     ok       identity       user dev (groups system:authenticated)
 *     FAILED   rights         you may not create pods/exec in namespace team
 *                             fix: kubectl create rolebinding ...
 *
 * @param columns the width at which lines are broken; Infinity for none
 */
export function renderFinding(
  { check, state, text, fix, command }: Finding,
  styles: Styles,
  columns = Infinity,
): Printable {
  const isNarrow = columns < TEXT_COLUMN + LEAST_TEXT_COLUMNS;
  const indent = " ".repeat(isNarrow ? NARROW_INDENT : TEXT_COLUMN);
  const left = Math.max(1, columns - indent.length);
  const colors = { ok: "green", warning: "yellow", failure: "red", skipped: "dim" } as const;
  const padding = " ".repeat(WORD_COLUMNS - WORDS[state].length);
  const subject = printable`${padding} ${isNarrow ? check : check.padEnd(CHECK_COLUMNS)}`;
  const [first = "", ...others] = brokenAtBlanks(escape(text), left);
  const lines = [
    isNarrow ? printable`\n${indent}${first}` : printable` ${first}`,
    ...others.map((line) => printable`\n${indent}${line}`),
  ];
  const remedies = [
    ...(fix === undefined ? [] : brokenAtBlanks(escape(fix), left - FIX.length)),
    ...(command === undefined ? [] : brokenCommand(command, left - FIX.length)),
  ].map((line, at) =>
    joined([
      printable`${indent}`,
      at === 0 ? styles.dim(FIX) : printable`${" ".repeat(FIX.length)}`,
      printable`${line}\n`,
    ])
  );
  return joined([
    styles[colors[state]](WORDS[state]),
    subject,
    ...lines,
    printable`\n`,
    ...remedies,
  ]);
}

const FIX = "fix: ";
/** Ends a line of a command that continues on the next one. */
const CONTINUED = " \\";

/** Words as a shell quotes them; a flag such as `-n` together with its value. */
const COMMAND_WORDS = /(?:-[\w-]+ (?=[^\s-]))?(?:'[^']*'|\\.|[^\s'\\])+/g;

/** Breaks a command line between its words, so that a shell reads the lines as one command. */
function brokenCommand(command: string, columns: number): string[] {
  const escaped = escape(command);
  if (widthOf(escaped) <= columns) return [escaped];
  const words = escaped.match(COMMAND_WORDS) ?? [];
  if (words.join(" ") !== escaped) return [escaped]; // quoted in another way
  const lines = joinedWords(words, columns - CONTINUED.length);
  return lines.map((line, at) => at === lines.length - 1 ? line : line + CONTINUED);
}

/** Returns the last line, such as `2 failed, 1 warning`. */
export function renderVerdict(findings: readonly Finding[], styles: Styles): Printable {
  const count = (state: FindingState) => findings.filter((one) => one.state === state).length;
  const [failures, warnings] = [count("failure"), count("warning")];
  const shownWarnings = warnings === 0 ? "" : `, ${warnings} warning${warnings === 1 ? "" : "s"}`;
  return failures === 0
    ? joined([styles.green("Ready"), printable`${shownWarnings}.\n`])
    : joined([styles.red(`${failures} failed`), printable`${shownWarnings}.\n`]);
}
