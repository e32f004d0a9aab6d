/**
 * Text that is safe on a terminal. All text from outside (names, paths, messages of the cluster) is
 * escaped. Otherwise a control character could move the cursor, set the clipboard or fake a line of
 * the program (CVE-2021-25743), and a bidi control could show one name as another (CVE-2021-42574).
 * Pure.
 */

declare const printed: unique symbol;

/** Only the functions of this module make it: a plain string is not assignable. */
export type Printable = string & { readonly [printed]: true };

/** Excludes Printable, whose colors would be escaped: `joined` combines those. */
type Value = number | string & { readonly [printed]?: never };

/**
 * Characters that a terminal interprets, or that are invisible and change how the text around them
 * looks: C0 except the tab, DEL, C1, bidi controls, line and paragraph separators, invisible
 * characters. Not ZWNJ and ZWJ, which words and emoji need. As part of a character class.
 */
export const CONTROLS = String.raw`\x00-\x08\n-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f` +
  String.raw`\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb`;

/** A lone surrogate is a byte that is not UTF-8 (path_bytes.ts), or garbage. */
export const UNPRINTABLE = new RegExp(`[${CONTROLS}\\u{d800}-\\u{dfff}]`, "gu");

/** Text of the program with values, each escaped and on one line: printable`Held at ${place}`. */
export function printable(words: TemplateStringsArray, ...values: Value[]): Printable {
  return words.reduce((text, word, at) => text + escape(`${values[at - 1]}`) + word) as Printable;
}

/** Joins the parts. `between` is text of the program. */
export function joined(parts: readonly Printable[], between = ""): Printable {
  return parts.join(between) as Printable;
}

/** Escapes a text of several lines, except the newlines. */
export function printableLines(text: string): Printable {
  return text.split("\n").map(escape).join("\n") as Printable;
}

/** Returns a value of several lines as one line. */
export function oneLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).join(" ");
}

export function trimmedEnd(text: Printable): Printable {
  return text.trimEnd() as Printable;
}

/** Returns text for a terminal in raw mode, in which a newline does not return to column one. */
export function rawLines(text: Printable): Printable {
  return text.replaceAll("\n", "\r\n") as Printable;
}

/**
 * Returns the text as it is: for data on a stream that is not a terminal, for control sequences of
 * the program, and for filtered text. tests/integration/view/printable_test.ts lists the callers.
 */
export function unescaped(text: string): Printable {
  return text as Printable;
}

/**
 * Escapes a value to one line: "\x1b", "\n", "\u202e"; a byte that is not UTF-8 is "\xe9". Escaped
 * text stays as it is, so that its width is known before it is printed.
 */
export function escape(value: string): string {
  return value.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0)!;
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (code < 0x80) return `\\x${hex(code, 2)}`;
    return code >= 0xdc80 && code <= 0xdcff ? `\\x${hex(code - 0xdc00, 2)}` : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
