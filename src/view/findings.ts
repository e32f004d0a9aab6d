/** The report of `doctor`: a line for each thing that was checked. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import type { Styles } from "./text/style.ts";

/** `skipped`: it can't be found out here, and need not be wrong. */
export type FindingState = "ok" | "warning" | "failure" | "skipped";

/** The result of a check. */
export interface Finding {
  /** The subject, in a word or two: `identity`. */
  readonly check: string;
  readonly state: FindingState;
  readonly text: string;
  /** The remedy: a command line, or what to ask for. */
  readonly fix?: string;
}

const WORDS: Record<FindingState, string> = {
  ok: "ok",
  warning: "warning",
  failure: "FAILED",
  skipped: "-",
};
const WORD_COLUMNS = 8, CHECK_COLUMNS = 14;

/**
 * Returns the line of a finding, and its fix on the next one:
 *
 *     ok       identity       user dev (groups system:authenticated)
 *     FAILED   rights         you may not create pods/exec in namespace team
 *                             fix: kubectl create rolebinding ...
 */
export function renderFinding({ check, state, text, fix }: Finding, styles: Styles): Printable {
  const colors = { ok: "green", warning: "yellow", failure: "red", skipped: "dim" } as const;
  const padding = " ".repeat(WORD_COLUMNS - WORDS[state].length);
  const line = joined([
    styles[colors[state]](WORDS[state]),
    printable`${padding} ${check.padEnd(CHECK_COLUMNS)} ${text}\n`,
  ]);
  if (fix === undefined) return line;
  const indent = " ".repeat(WORD_COLUMNS + CHECK_COLUMNS + 2);
  return joined([line, printable`${indent}`, styles.dim("fix: "), printable`${fix}\n`]);
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
