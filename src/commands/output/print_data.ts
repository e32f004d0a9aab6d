/** Data, to stdout. */
import type { Host } from "../../host.ts";
import { type Printable, printableLines, unescaped } from "../../printable.ts";

/** Escapes the text on a terminal; a file or a program gets it as it is. */
export function printData(host: Pick<Host, "terminal">, text: string): void {
  host.terminal.out(dataText(host, text));
}

export function dataText({ terminal }: Pick<Host, "terminal">, text: string): Printable {
  return terminal.isTerminal.stdout ? printableLines(text) : unescaped(text);
}
