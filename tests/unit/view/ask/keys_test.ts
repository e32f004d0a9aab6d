import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { type Key, KeyReader, MOST_PASTED } from "../../../../src/view/ask/keys.ts";

function keys(...reads: (string | Uint8Array)[]): Key[] {
  const reader = new KeyReader();
  return reads.flatMap((read) =>
    reader.push(typeof read === "string" ? new TextEncoder().encode(read) : read)
  );
}

Deno.test("text, controls and escape sequences are keys", () => {
  assert.deepEqual(keys("ab\r"), [{ typed: "ab" }, "enter"]);
  assert.deepEqual(keys("\x1b[A\x1b[B\x1bOA\x1b[3~\x7f\x15\x17"), [
    "up",
    "down",
    "up",
    "delete",
    "backspace",
    "delete line",
    "delete word",
  ]);
  assert.deepEqual(keys("\x03", "\x04"), ["interrupt", "end"]);
  assert.deepEqual(keys("\r\n"), ["enter"]);
});

Deno.test("unknown sequences, a lone escape and other controls are no keys", () => {
  assert.deepEqual(keys("\x1b[1;5Z", "\x1b[99~", "\x07\x00", "\x1b"), []);
  assert.deepEqual(keys("\x1b", "a"), [{ typed: "a" }]);
  assert.deepEqual(keys(`\x1b[${"1".repeat(40)}`), [{ typed: `[${"1".repeat(40)}` }]);
});

Deno.test("a character and a sequence may be split over reads", () => {
  const bytes = new TextEncoder().encode("é");
  assert.deepEqual(keys(bytes.subarray(0, 1), bytes.subarray(1)), [{ typed: "é" }]);
  assert.deepEqual(keys("\x1b", "[", "A"), ["up"]);
  assert.deepEqual(keys("\x1b[20", "0~a", "b\x1b[20", "1~c"), [{ pasted: "ab" }, { typed: "c" }]);
});

Deno.test("a marked paste keeps its lines, and is no Enter", () => {
  assert.deepEqual(keys("\x1b[200~a\r\nb\rc\n\x1b[201~\r"), [{ pasted: "a\nb\nc" }, "enter"]);
  assert.deepEqual(keys("\x1b[200~\x03\x1b[A\x1b[201~"), [{ pasted: "\x03\x1b[A" }]);
});

Deno.test("several lines in one read are a paste without marks", () => {
  assert.deepEqual(keys("a\rb\rc\r"), [{ pasted: "a\nb\nc" }]);
  assert.deepEqual(keys("\r\r"), ["enter", "enter"]);
  assert.deepEqual(keys("a\r\x03"), [{ typed: "a" }, "enter", "interrupt"]);
});

Deno.test("a paste that is too long is dropped, and what follows is read", () => {
  const long = "x".repeat(MOST_PASTED);
  assert.deepEqual(keys("\x1b[200~", long, long, "\x1b[201~y"), [{ typed: "y" }]);
});
