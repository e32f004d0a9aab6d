import assert from "node:assert/strict";
import { pathBytes, PathDecoder, pathText } from "../../src/path_bytes.ts";
import { Random } from "../support/random.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("UTF-8 is plain text, including U+FFFD, a byte order mark and characters of four bytes", () => {
  for (const text of ["", "a/b", "é日🦕", "\ufffd", "\ufeffa", "\u{10ffff}"]) {
    assert.deepEqual(pathBytes(text), new TextEncoder().encode(text));
    assert.equal(pathText(pathBytes(text)), text);
  }
});

Deno.test("each byte that is not UTF-8 is a lone surrogate", () => {
  assert.equal(pathText(bytes(0x63, 0xe9)), "c\udce9");
  assert.equal(pathText(bytes(0xff, 0xc3, 0xa9, 0x80)), "\udcffé\udc80");
  // The start of a character, an overlong '/', half of a pair, what is above U+10FFFF.
  assert.equal(pathText(bytes(0xe2, 0x82)), "\udce2\udc82");
  assert.equal(pathText(bytes(0xc0, 0xaf)), "\udcc0\udcaf");
  assert.equal(pathText(bytes(0xed, 0xa0, 0x80)), "\udced\udca0\udc80");
  assert.equal(pathText(bytes(0xf5, 0x80)), "\udcf5\udc80");
});

Deno.test("any bytes are decoded without loss, whole and in chunks", () => {
  const random = new Random(7);
  const some = [0x2f, 0x61, 0x7f, 0x80, 0xa9, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0x9f, 0xff];
  for (let round = 0; round < 2000; round++) {
    const given = Uint8Array.from({ length: random.below(12) }, () => random.pick(some));
    const text = pathText(given);
    assert.deepEqual(pathBytes(text), given);
    const decoder = new PathDecoder();
    const cut = random.below(given.length + 1);
    const chunks = [given.subarray(0, cut), given.subarray(cut), bytes(0x0a)];
    assert.equal(chunks.map((chunk) => decoder.decode(chunk)).join(""), `${text}\n`);
  }
});
