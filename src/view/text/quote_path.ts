/** A path as one line. Pure. */
import { CONTROLS } from "../../printable.ts";

/**
 * As git shows it with core.quotePath=off: in double quotes, with C's escapes, where it has a control
 * character, a quote or a backslash. "a\nb" is one line, and no path can steer the terminal: the bytes of C1, bidi
 * and invisible characters are escaped as well, as git does with core.quotePath=on.
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
