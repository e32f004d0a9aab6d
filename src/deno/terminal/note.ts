/** Lines of the connection itself, beside those of a command. */
import type { Terminal } from "../../host.ts";
import { joined, printable, unescaped } from "../../printable.ts";
import { isRaw } from "./lent.ts";

/** Erases the progress line that may stand there: the next progress is drawn below. */
export const ERASE_LINE = unescaped("\r\x1b[K");

/** Returns what prints a note, unless the terminal shows the screen of another program. */
export function noteTo(terminal: Terminal): (line: string) => void {
  return (line) => {
    if (isRaw()) return;
    const erase = terminal.isTerminal.stderr ? [ERASE_LINE] : [];
    terminal.err(joined([...erase, printable`Note: ${line}\n`]));
  };
}
