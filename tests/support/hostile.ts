/** Strings that would control a terminal, and a check that printed text has none of them. */
import assert from "node:assert/strict";
import type { Random } from "./random.ts";

/** A printed line that begins with this is forged. */
const FAKE = "FAKE";

export const HOSTILE: readonly string[] = [
  "\x1b]52;c;RkFLRQ==\x07", // the clipboard
  "\x1b]0;title\x1b\\",
  "\x1b[2J\x1b[1;1H",
  "\x1b[6n",
  "\x1bc",
  "\x1bP1$q\x1b\\",
  "\x1b_x\x1b\\",
  "\x1b^x\x1b\\",
  "\x1bXx\x1b\\",
  "\x1b[1;3", // unterminated
  "\x1b]0;",
  "\x1b",
  "\x9b2J", // C1
  "\x9d0;t\x9c",
  "\x90q\x9c",
  "\x85FAKE",
  "\nFAKE\n",
  "\rFAKE",
  "\r\nFAKE",
  "\u2028FAKE",
  "\u2029FAKE",
  "\u202egnp.exe", // bidi
  "\u2066x\u2069\u200f\u061c",
  "\u200b\ufeff\u2060\xad",
  "\x00\x07\x08\x0b\x0c\x7f",
  "\ud83d", // lone surrogates, and a byte of a path
  "\udc9b",
];

export function hostile(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(HOSTILE)).join("x");
}

/** Returns a copy in which every string is changed, except values of the keys in `kept`. */
export function withStrings<T>(
  value: T,
  change: (text: string) => string,
  kept: readonly string[] = [],
): T {
  const walk = (at: unknown, key?: string): unknown => {
    if (typeof at === "string") return kept.includes(key!) ? at : change(at);
    if (Array.isArray(at)) return at.map((one) => walk(one));
    if (typeof at !== "object" || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([name, one]) => [name, walk(one, name)]));
  };
  return walk(value) as T;
}

// deno-lint-ignore no-control-regex
const SGR = /\x1b\[[0-9;:]*m/g;
const ACTS =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;

/** Throws if the text would control a terminal, except by colors, or has a forged line. */
export function assertPrintable(text: string, what: string, { color = false } = {}): void {
  for (const line of (color ? text.replace(SGR, "") : text).split("\n")) {
    const isFine = !ACTS.test(line) && line.isWellFormed() && !line.startsWith(FAKE);
    assert.ok(isFine, `${what}: ${JSON.stringify(line)}`);
  }
}
