/** Quotes paths so that each fits on one line. Pure. */
import { CONTROLS } from "../../printable.ts";

/**
 * Quotes a path like git with core.quotePath=off: a path with a control character, a quote or a
 * backslash is in double quotes with C escapes ("a\nb"). C1, bidi and invisible characters are
 * escaped too, like git with core.quotePath=on, so that no path can control the terminal.
 */
export function quotePath(path: string): string {
  if (!SPECIAL.test(path)) return path;
  return `"${path.replaceAll(new RegExp(SPECIAL, "gu"), escape)}"`;
}

const SPECIAL = new RegExp(`[\\t"\\\\${CONTROLS}]`, "u");

const LETTERS: Readonly<Record<string, string>> = {
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  '"': '"',
  "\\": "\\",
};

function escape(character: string): string {
  if (character in LETTERS) return `\\${LETTERS[character]}`;
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
