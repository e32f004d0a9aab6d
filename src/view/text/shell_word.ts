/** Quotes words of command lines that users copy. Pure. */
import { UNPRINTABLE } from "../../printable.ts";

/**
 * Returns the word on one line, as a shell reads it: as it is, or in single quotes. A word with
 * characters that cannot be shown is in $'...', which POSIX.1-2024, bash and zsh have.
 */
export function shellWord(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  if (word.search(UNPRINTABLE) === -1) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${word.replace(/[\\']/g, "\\$&").replace(UNPRINTABLE, escape)}'`;
}

function escape(character: string): string {
  if (character === "\n") return "\\n";
  const code = character.codePointAt(0)!;
  // A byte that is not UTF-8, see path_bytes.ts.
  if (code >= 0xdc80 && code <= 0xdcff) return octal(code - 0xdc00);
  return [...new TextEncoder().encode(character)].map(octal).join("");
}

/** Three digits, after which it ends. */
function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}
