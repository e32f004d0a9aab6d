/** `__complete` and `__complete_bash`: the questions of the scripts of `completion`. */
import { bashLines, type BashOptions, readBashLine } from "../cli/completion/bash_line.ts";
import { complete } from "../cli/completion/complete.ts";
import { protocolLines } from "../cli/completion/protocol.ts";
import { PROGRAM } from "../cli/commands.ts";
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { printableLines } from "../printable.ts";
import { ClusterNames } from "./complete/cluster_names.ts";

export interface Options {
  readonly words: readonly string[];
  /** Absent for `__complete`. */
  readonly bash?: BashOptions & ReturnType<typeof readBashLine>;
}

/** All lookups of one call may take this long. */
const LOOKUP_MS = 1_000;

/**
 * Pure.
 *
 *     __complete WORD...
 *     __complete_bash SKIPPED LINE COMP_WORDBREAKS COMP_TYPE COLUMNS
 *
 * The words are those after the program's name, which in bash are SKIPPED words of the line.
 */
export function options({ command, rest }: Call): Options {
  if (command.path[0] === "__complete") return { words: rest };
  const [skipped = "1", line = "", breaks = "", type = "9", columns = "80"] = rest;
  const read = readBashLine(line, breaks);
  return {
    words: read.words.slice(Number(skipped)),
    bash: { ...read, type: Number(type), columns: Number(columns) || 80 },
  };
}

/** Always returns 0, and prints nothing on stderr: the user is in the middle of a command line. */
export async function run(host: Host, { words, bash }: Options): Promise<number> {
  using late = new AbortAfter(host, LOOKUP_MS);
  const completed = await complete(
    words,
    PROGRAM,
    (cluster) => new ClusterNames(host, cluster, late.signal),
  );
  const lines = bash === undefined ? protocolLines(completed) : bashLines(completed, bash, bash);
  host.terminal.out(printableLines(lines.map((line) => `${line}\n`).join("")));
  return 0;
}

/** Its signal aborts after that time. */
class AbortAfter implements Disposable {
  readonly #late = new AbortController();
  readonly #over = new AbortController();

  constructor({ clock }: Host, ms: number) {
    clock.delay(ms, this.#over.signal).then(() => this.#late.abort(), () => {});
  }

  get signal(): AbortSignal {
    return this.#late.signal;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}
