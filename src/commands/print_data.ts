/** Data, to stdout. */
import type { Host } from "../host.ts";
import { printableLines, unescaped } from "../printable.ts";

/** Escaped on a terminal; elsewhere as it is, for the program that reads it. */
export function printData({ terminal }: Host, text: string): void {
  terminal.out(terminal.isTerminal.stdout ? printableLines(text) : unescaped(text));
}
