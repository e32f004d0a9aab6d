/** A path as one line. Pure. */

/**
 * As git shows it with core.quotePath=off: in double quotes, with C's escapes, where it has a control
 * character, a quote or a backslash. "a\nb" is one line, and no path can steer the terminal.
 */
export function quotePath(path: string): string {
  if (!SPECIAL.test(path)) return path;
  return `"${path.replaceAll(new RegExp(SPECIAL, "g"), escape)}"`;
}

// deno-lint-ignore no-control-regex
const SPECIAL = /[\x00-\x1f"\\\x7f]/;

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
  return `\\${LETTERS[character] ?? character.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
