/** Log lines with tkn's prefixes. Pure. */
import { joined, type Printable, printable, unescaped } from "../printable.ts";
import { type LogPart, LogParts } from "./log_parts.ts";
import { sanitize } from "./text/sanitize.ts";
import { RESET, sgr } from "./text/style.ts";

export interface LogLine {
  /** Absent in a TaskRun. */
  readonly task?: string;
  readonly displayName?: string;
  readonly step: string;
  readonly line: string;
  readonly time?: string;
}

export interface LogOptions {
  readonly color: boolean;
  /** Whether lines go to a terminal. Only then are they sanitized. */
  readonly terminal: boolean;
  /** Whether lines have a prefix; true by default. */
  readonly prefix?: boolean;
  /** Whether the prefix has the task's display name instead of its name. */
  readonly long?: boolean;
  /** Whether lines have their time after the prefix. */
  readonly timestamps?: boolean;
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
  render({ task, displayName, step, line, time }: LogLine): Printable {
    const { color, terminal, prefix = true, long = false, timestamps = false } = this.#options;
    const name = long ? displayName ?? task : task;
    const shown = terminal ? withReset(sanitize(line.toWellFormed(), { color })) : unescaped(line);
    return joined([
      ...prefix ? [this.#prefix(name === undefined ? `[${step}]` : `[${name} : ${step}]`)] : [],
      ...timestamps && time !== undefined ? [printable`${time}`] : [],
      shown,
    ], " ");
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
