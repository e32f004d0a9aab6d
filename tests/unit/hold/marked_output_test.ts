import assert from "node:assert/strict";
import { MarkedOutput } from "../../../src/hold/marked_output.ts";
import { requestMark } from "../../../src/step/protocol/listen.ts";

const MARK = requestMark("abcdefgh");
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (parts: Uint8Array[]) => parts.map((part) => new TextDecoder().decode(part)).join("");

for (
  const [what, output, shown, count] of [
    ["a mark in the middle", `a${MARK}b`, "ab", 1],
    ["two marks", `${MARK}${MARK}$ `, "$ ", 2],
    ["the mark of another shell", `${requestMark("other123")}b`, `${requestMark("other123")}b`, 0],
    ["a mark that is cut by another", `${MARK.slice(0, 6)}${MARK}b`, `${MARK.slice(0, 6)}b`, 1],
    ["a start alone", `a${MARK.slice(0, -1)}`, "a", 0],
    ["escape sequences", "\x1b[1mbold\x1b\x1b[0m", "\x1b[1mbold\x1b\x1b[0m", 0],
  ] as const
) {
  Deno.test(`output has no marks, in whatever pieces it comes: ${what}`, () => {
    const all = bytes(output);
    for (let size = 1; size <= all.length; size++) {
      const marked = new MarkedOutput("abcdefgh");
      const parts = [];
      for (let at = 0; at < all.length; at += size) {
        parts.push(marked.read(all.subarray(at, at + size)));
      }
      assert.deepEqual([text(parts), marked.count], [shown, count]);
    }
  });
}
