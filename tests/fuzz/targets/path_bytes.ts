import assert from "node:assert/strict";
import { pathBytes, PathDecoder, pathText } from "../../../src/path_bytes.ts";
import corpus from "../corpus/path_bytes.json" with { type: "json" };
import { cutAt, cuts } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

interface Input {
  readonly bytes: number[];
  readonly cuts: number[];
}

/** The edges of UTF-8: first bytes, continuations, surrogates, the last code point. */
const EDGES = [
  0,
  0x41,
  0x7f,
  0x80,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0x9f,
  0xa0,
  0xed,
  0xef,
  0xbb,
]
  .concat([0xf0, 0x8f, 0x90, 0xf4, 0xf5, 0xff]);

export const pathBytesTarget: Target<Input> = {
  name: "path_bytes",
  claim: "any bytes become a text that turns into the same bytes, as a whole or in pieces",
  inputs: fc.record({
    bytes: fc.array(fc.oneof(fc.constantFrom(...EDGES), fc.nat(255)), { maxLength: 24 }),
    cuts,
  }),
  check({ bytes, cuts }) {
    const all = Uint8Array.from(bytes);
    assert.deepEqual([...pathBytes(pathText(all))], bytes);
    const decoder = new PathDecoder();
    const pieces = cutAt(all, cuts).map((piece) => decoder.decode(piece));
    const back = [...pathBytes(pieces.join(""))];
    // A possible beginning of a character waits for its end.
    assert.ok(bytes.length - back.length <= 3, `${bytes.length - back.length} bytes are missing`);
    assert.deepEqual(back, bytes.slice(0, back.length));
  },
  corpus,
  runs: 40_000,
};
