/**
 * Completion in bash, whose line is split into words as bash does it. The candidates become what
 * readline inserts, quoted. This keeps the shell's part small, and evaluates nothing typed. Pure.
 */
import type { Candidate, Completed } from "./completed.ts";
import { directive, fit } from "./protocol.ts";

export interface BashLine {
  /** Without quotes; the last one is unfinished, and may be "". */
  readonly words: readonly string[];
  /** The quote that is open at the end. */
  readonly quote: "" | "'" | '"';
  /** How much of the last word readline keeps: what is before the part that it completes. */
  readonly kept: number;
}

/** `breaks` is $COMP_WORDBREAKS: after such a character, readline completes what follows alone. */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: BashLine["quote"] = "";
  let kept = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote === "" && /[ \t\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      [word, kept] = [undefined, 0];
      continue;
    }
    word ??= "";
    if (quote === character) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) {
      [quote, kept] = [character, word.length];
    } else if (character === "\\" && quote !== "'") {
      const next = line[++at] ?? "";
      word += quote === '"' && !/["\\$`]/.test(next) ? `\\${next}` : next;
    } else {
      word += character;
      if (quote === "" && breaks.includes(character)) kept = word.length;
    }
  }
  return { words: [...words, word ?? ""], quote, kept };
}

export interface BashOptions {
  /** $COMP_TYPE: "%" (37) and "*" (42) insert candidates as they are listed. */
  readonly type: number;
  readonly columns: number;
}

/** The directive, then what COMPREPLY gets: with texts if they are only listed. */
export function bashLines(
  completed: Completed,
  { quote, kept }: BashLine,
  { type, columns }: BashOptions,
): string[] {
  const found = fit(completed.candidates).flatMap(({ word, text }) => {
    const rest = quoted(word.slice(kept), quote);
    return rest === undefined ? [] : [{ word: rest, text }];
  });
  const end = completed.isStart || quote !== "" ? "" : " ";
  const isInserted = found.length === 1 || type === 37 || type === 42;
  const words = isInserted ? found.map(({ word }) => word + end) : listed(found, columns);
  return [`${directive(completed)}`, ...words];
}

/** Escapes all but plain characters. Undefined if the text cannot be written inside the quote. */
function quoted(text: string, quote: BashLine["quote"]): string | undefined {
  if (quote === "'") return text.includes("'") ? undefined : text;
  if (quote === '"') return text.includes("!") ? undefined : text.replace(/["\\$`]/g, "\\$&");
  return text.replace(/[^\p{L}\p{N}_@%+=:,./-]/gu, "\\$&");
}

/** In columns, as long as the terminal is wide enough. */
function listed(found: readonly Candidate[], columns: number): string[] {
  const width = Math.max(...found.map(({ word }) => word.length));
  const room = columns - width - "  ()".length - 1;
  return found.map(({ word, text }) => {
    if (text === undefined || room < 12) return word;
    const short = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    return `${word.padEnd(width)}  (${short})`;
  });
}
