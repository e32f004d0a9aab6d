/** The lines of `--verbose` and of `TKN_DEV_LOG=debug`. */
import type { ConnectOptions, Terminal } from "../host.ts";
import type { Debug } from "../kube/transport.ts";
import { joined, type Printable, printable, rawLines } from "../printable.ts";
import { isLent, isRaw } from "./terminal/lent.ts";
import { ERASE_LINE } from "./terminal/note.ts";

/** A longer line is cut after this many characters. */
const LONGEST_LINE = 1000;

/** Undefined unless the user asks for it. */
export function debugLog(
  { verbose = false }: ConnectOptions,
  variable: string | undefined,
  terminal: Terminal,
): Debug | undefined {
  if (!verbose && variable !== "debug") return undefined;
  return (line) => {
    if (!isLent()) {
      terminal.err(render(line, { now: new Date(), erases: terminal.isTerminal.stderr }));
    }
  };
}

/** `09:41:07.123 GET /version 200 12 ms`: the time is UTC. */
function render(line: string, { now, erases }: { now: Date; erases: boolean }): Printable {
  const time = now.toISOString().slice(11, 23);
  const shown = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
  const text = printable`${time} ${shown}\n`;
  return joined([...(erases ? [ERASE_LINE] : []), isRaw() ? rawLines(text) : text]);
}
