/** Generators of inputs that several targets share. */
import { pathText } from "../../src/path_bytes.ts";
import { fc } from "./target.ts";

/** Characters with a meaning to a parser on the way, a shell or a terminal. */
const SHARP = [
  ..." \t\n\r\0\"'`$\\/.:;,=*?[]{}()!#~-+%&|<>@^_aA0é日\u{1f600}",
  "\x1b",
  "\x9b",
  "\u2028",
]
  .concat(["\u202e", "\ufeff", "\udcff", "\ud800"]);

/** Any text, with lone surrogates as in paths that are not UTF-8. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...SHARP), { maxLength: 12 }).map((units) => units.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.uint8Array({ maxLength: 30 }).map(pathText),
);

/** Numbers as text, from valid to absurd. */
export const number: fc.Arbitrary<string> = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom("0", "-1", "1e3", "0x10", "1.5", "NaN", "Infinity", "", "-", "9".repeat(400)),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String),
);

const component = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "src", "a b", "é", "x.go", ".git", "-rf") },
  { weight: 2, arbitrary: fc.constantFrom("", ".", "..", "...", "~", "*", ".tkn-dev-upload") },
  { weight: 1, arbitrary: text },
);

/** Relative and absolute paths, paths out of the tree, and other text. */
export const path: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("./", "./", "./", "", "/", "../", ".//", "\\"),
  fc.array(component, { maxLength: 5 }),
).map(([start, components]) => start + components.join("/"));

/** Lines of a protocol, from its grammar and others. */
export function linesOf(...grammar: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const line = fc.oneof(
    ...grammar.map((arbitrary) => ({ weight: 4, arbitrary })),
    { weight: 1, arbitrary: text },
  );
  const lines = fc.array(line, { maxLength: 12 }).map((all) =>
    all.map((one) => `${one}\n`).join("")
  );
  return fc.oneof({ weight: 8, arbitrary: lines }, { weight: 1, arbitrary: text });
}

/** JSON of the given shape in most places, and of any shape in the others. */
export function roughly<T>(shape: fc.Arbitrary<T>): fc.Arbitrary<T | unknown> {
  return fc.oneof({ weight: 24, arbitrary: shape }, { weight: 1, arbitrary: anyJson });
}

/** An object that has most of these keys. JSON drops undefined values. */
export function mostOf(shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const rarely = (value: fc.Arbitrary<unknown>) => fc.option(value, { freq: 5, nil: undefined });
  const values = Object.entries(shape).map(([key, value]) => [key, rarely(value)]);
  return roughly(fc.record(Object.fromEntries(values)));
}

export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, "", "x", [], {}, [null], { "": null }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Cuts the bytes of a text into pieces, by shares of the whole. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(100), { maxLength: 6 });

export function cutAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const ends = shares.map((share) => Math.floor(bytes.length * share / 100)).sort((a, b) => a - b);
  return [0, ...ends].map((from, at) => bytes.slice(from, ends[at] ?? bytes.length));
}
