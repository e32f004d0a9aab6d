/**
 * The output of `__complete`: a line per candidate, then a number that says how to use them. Pure.
 * It is the protocol of cobra, so that other programs that know it (kubectl, for plugins) can ask:
 *
 *     name=source,<TAB>the source
 *     :38
 *
 * https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md
 */
import { UNPRINTABLE } from "../../printable.ts";
import type { Candidate, Completed } from "./completed.ts";

const NO_SPACE = 2;
const NO_FILES = 4;
const ONLY_DIRECTORIES = 16;
const KEEP_ORDER = 32;

/** A longer text beside a candidate is cut. */
const LONGEST_TEXT = 100;

export function protocolLines(completed: Completed): string[] {
  const lines = fit(completed.candidates)
    .map(({ word, text }) => text === undefined ? word : `${word}\t${text}`);
  return [...lines, `:${directive(completed)}`];
}

/** The number that the shell reads, by bits. Without a bit for it, the shell completes files. */
export function directive({ files, isStart, isOrdered }: Completed): number {
  const place = files === "files" ? 0 : files === "directories" ? ONLY_DIRECTORIES : NO_FILES;
  return place + (isStart ? NO_SPACE : 0) + (isOrdered ? KEEP_ORDER : 0);
}

/**
 * The candidates that are one line, with texts that are one short line. A name on the cluster may
 * be any text: a control character could do harm on a terminal, and no shell inserts it right.
 */
export function fit(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ word }) => word !== "" && !/\s/.test(word.replaceAll(" ", "")))
    .filter(({ word }) => word.search(UNPRINTABLE) < 0)
    .map(({ word, text = "" }) => {
      const line = text.replace(UNPRINTABLE, " ").replace(/\s+/g, " ").trim();
      const cut = line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line;
      return cut === "" ? { word } : { word, text: cut };
    });
}
