/** Lines of the connection itself, beside those of a command. */
import type { Terminal } from "../../host.ts";
import { joined, printable, unescaped } from "../../printable.ts";
import { isRaw } from "./lent.ts";

/** Erases the progress line that may stand there: the next progress is drawn below. */
export const ERASE_LINE = unescaped("\r\x1b[K");

export interface NoteOptions {
  /** Keeps the line that stands there, such as the question of another program. */
  readonly isBelow?: boolean;
}

/** Prints a note, unless the terminal shows the screen of another program. */
export type PrintNote = (line: string, options?: NoteOptions) => void;

export function noteTo(terminal: Terminal): PrintNote {
  return (line, { isBelow = false } = {}) => {
    if (isRaw()) return;
    const erase = terminal.isTerminal.stderr ? [ERASE_LINE] : [];
    const before = isBelow ? [printable`\n`] : erase;
    terminal.err(joined([...before, printable`Note: ${line}\n`]));
  };
}
