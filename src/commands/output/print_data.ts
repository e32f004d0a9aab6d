/** Data, to stdout. */
import type { Host } from "../../host.ts";
import { printableLines, unescaped } from "../../printable.ts";

/** Escapes the text on a terminal; a file or a program gets it as it is. */
export function printData({ terminal }: Pick<Host, "terminal">, text: string): void {
  terminal.out(terminal.isTerminal.stdout ? printableLines(text) : unescaped(text));
}
