import assert from "node:assert/strict";
import { sanitize } from "../../../src/view/text/sanitize.ts";
import corpus from "../corpus/sanitize.json" with { type: "json" };
import { text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

/** Pieces of escape sequences, complete and broken. */
const PIECES = [
  "\x1b",
  "\x1b[",
  "\x1b]",
  "\x1bP",
  "\x1b^",
  "\x1b_",
  "\x1bX",
  "\x1b\\",
  "\x9b",
  "\x9d",
]
  .concat(["\x90", "\x98", "\x9e", "\x9f", "\x9c", "\x07", "\r", "\n", "\t", "m", "31m", "0;1:2m"])
  .concat(["52;c;aGk=", "0;title", ";", "?25l", "2J", "H", "text", "\u202e", "\u2066", "é"]);
const piece = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, {
  weight: 1,
  arbitrary: text,
});

/** For example `"\x1b]"` 100,000 times: in quadratic time that takes an hour. */
const long = fc.tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.constantFrom(1e3, 1e5))
  .map(
    ([pieces, times]) => ({ pieces, times }),
  );
const short = fc.array(piece, { maxLength: 10 }).map((pieces) => ({ pieces, times: 1 }));

interface Input {
  readonly pieces: string[];
  readonly times: number;
}

// deno-lint-ignore no-control-regex
const SGR = /\x1b\[[0-9;:]*m/g;
/** All of Unicode's class Cc except the tab. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;

export const sanitizeTarget: Target<Input> = {
  name: "sanitize",
  claim: "the only controls that reach a terminal are tabs and colors, in time linear in the text",
  inputs: fc.oneof({ weight: 200, arbitrary: short }, { weight: 1, arbitrary: long }),
  check({ pieces, times }) {
    const line = pieces.join("").repeat(times);
    const shown = sanitize(line);
    assert.ok(!CONTROL.test(shown.replace(SGR, "")), "a control is left");
    assert.equal(sanitize(shown), shown, "what is clean stays as it is");
    assert.ok(!CONTROL.test(sanitize(line, { color: false })), "a color is left");
    assert.ok(shown.length <= line.length + 10, "it grows");
  },
  corpus,
  runs: 12_000,
};
