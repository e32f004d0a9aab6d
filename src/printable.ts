/**
 * Text that may go to a terminal. Whatever this program did not write itself (a name, a path, words of the cluster)
 * is escaped on its way in: a control character could move the cursor, set the clipboard or fake a line of ours
 * (CVE-2021-25743), a bidi control could show one name as another (CVE-2021-42574). Pure.
 */

declare const printed: unique symbol;

/** Made by the functions of this module; a plain string does not fit. */
export type Printable = string & { readonly [printed]: true };

/** A Printable is none: its colors would be escaped. `joined` puts those together. */
type Value = number | string & { readonly [printed]?: never };

/**
 * Characters that a terminal acts upon, or that show nothing and change how the text around them looks: C0 but the
 * tab, DEL, C1, bidi controls, line and paragraph separators, invisible ones. ZWNJ and ZWJ are left: words and emoji
 * need them. As part of a character class.
 */
export const CONTROLS = String.raw`\x00-\x08\n-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f` +
  String.raw`\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb`;

/** A lone surrogate is a byte that is not UTF-8 (path_bytes.ts), or garbage. */
export const UNPRINTABLE = new RegExp(`[${CONTROLS}\\u{d800}-\\u{dfff}]`, "gu");

/** Words of ours with values in between, each escaped and on one line: printable`Held at ${place}`. */
export function printable(words: TemplateStringsArray, ...values: Value[]): Printable {
  return words.reduce((text, word, at) => text + escape(`${values[at - 1]}`) + word) as Printable;
}

/** `between` is ours. */
export function joined(parts: readonly Printable[], between = ""): Printable {
  return parts.join(between) as Printable;
}

/** A text of several lines: newlines stay, all else is escaped. */
export function printableLines(text: string): Printable {
  return text.split("\n").map(escape).join("\n") as Printable;
}

/** Several lines as one, for a value that may have more. */
export function oneLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).join(" ");
}

export function trimmedEnd(text: Printable): Printable {
  return text.trimEnd() as Printable;
}

/** For a terminal in raw mode, where a newline does not go back to the line's start. */
export function rawLines(text: Printable): Printable {
  return text.replaceAll("\n", "\r\n") as Printable;
}

/**
 * As it is: for data on a stream that is no terminal, for control sequences of ours, and for what was filtered. Who
 * may call it is listed in tests/integration/view/printable_test.ts.
 */
export function unescaped(text: string): Printable {
  return text as Printable;
}

/**
 * A value as one line: "\x1b", "\n", "\u202e"; a byte that is not UTF-8 is "\xe9". What is escaped already stays as it
 * is, so that its width can be known before it is printed.
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
