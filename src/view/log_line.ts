/** A step's output as lines with tkn's prefix. Pure. */
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
  /** Whether lines go to a terminal: only then are they sanitized. Else they stay as they are. */
  readonly terminal: boolean;
}

/** tkn's palette, bright and bold; red is for errors. */
const PALETTE = ["1;92", "1;93", "1;94", "1;95", "1;96"];

/** Gives each task and step the next color when it first speaks. */
export class LogLines {
  readonly #options: LogOptions;
  readonly #parts = new LogParts();
  /** By the text; as printed. */
  readonly #prefixes = new Map<string, Printable>();

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** `[task : step] line`, in a TaskRun `[step] line`, without a newline. */
  render({ task, step, line }: LogLine): Printable {
    const { color, terminal } = this.#options;
    const prefix = this.#prefix(task === undefined ? `[${step}]` : `[${task} : ${step}]`);
    const shown = terminal ? contained(sanitize(line.toWellFormed(), { color })) : unescaped(line);
    return joined([prefix, shown], " ");
  }

  /** The same with its end; of a line that comes in parts, each part as far as it goes on. */
  renderWithEnd(line: LogLine & LogPart): Printable {
    const { before, hasPrefix, after } = this.#parts.frame(line, {
      joins: !this.#options.terminal,
    });
    const text = hasPrefix ? this.render(line) : unescaped(line.line); // for a pipe
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

/** A color that a line leaves on would run into the next line's prefix. */
function contained(line: Printable): Printable {
  // deno-lint-ignore no-control-regex
  const last = line.match(/\x1b\[[0-9;:]*m/g)?.at(-1);
  return last === undefined || last === RESET || last === "\x1b[m"
    ? line
    : joined([line, unescaped(RESET)]);
}
