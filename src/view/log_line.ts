/** Log lines with tkn's prefixes. Pure. */
import { joined, type Printable, printable, unescaped } from "../printable.ts";
import { type LogPart, LogParts } from "./log_parts.ts";
import { sanitize } from "./text/sanitize.ts";
import { RESET, sgr } from "./text/style.ts";

export interface LogLine {
  /** Absent in a TaskRun. */
  readonly task?: string;
  readonly step: string;
  readonly line: string;
}

export interface LogOptions {
  readonly color: boolean;
  /** Whether lines go to a terminal. Only then are they sanitized. */
  readonly terminal: boolean;
}

/** tkn's palette: bold bright colors, except red, which is for errors. */
const PALETTE = ["1;92", "1;93", "1;94", "1;95", "1;96"];

/** Renders log lines. Each task and step gets the next color at its first line. */
export class LogLines {
  readonly #options: LogOptions;
  readonly #parts = new LogParts();
  /** Printed prefixes, by their text. */
  readonly #prefixes = new Map<string, Printable>();

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Returns `[task : step] line`, or `[step] line` in a TaskRun, without a newline. */
  render({ task, step, line }: LogLine): Printable {
    const { color, terminal } = this.#options;
    const prefix = this.#prefix(task === undefined ? `[${step}]` : `[${task} : ${step}]`);
    const shown = terminal ? withReset(sanitize(line.toWellFormed(), { color })) : unescaped(line);
    return joined([prefix, shown], " ");
  }

  /** Returns a line or a part of a line, with a prefix and a newline only where it needs them. */
  renderWithEnd(line: LogLine & LogPart): Printable {
    const { before, hasPrefix, after } = this.#parts.frame(line, {
      joins: !this.#options.terminal,
    });
    const text = hasPrefix ? this.render(line) : unescaped(line.line); // not on a terminal
    return joined([unescaped(before), text, unescaped(after)]);
  }

  #prefix(text: string): Printable {
    const known = this.#prefixes.get(text);
    if (known !== undefined) return known;
    const code = PALETTE[this.#prefixes.size % PALETTE.length];
    const prefix = this.#options.color ? sgr(text, code) : printable`${text}`;
    this.#prefixes.set(text, prefix);
    return prefix;
  }
}

/** Resets the color at the end of the line, so that it does not affect the next prefix. */
function withReset(line: Printable): Printable {
  // deno-lint-ignore no-control-regex
  const last = line.match(/\x1b\[[0-9;:]*m/g)?.at(-1);
  return last === undefined || last === RESET || last === "\x1b[m"
    ? line
    : joined([line, unescaped(RESET)]);
}
