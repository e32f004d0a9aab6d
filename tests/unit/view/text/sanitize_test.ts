import assert from "node:assert/strict";
import { sanitize } from "../../../../src/view/text/sanitize.ts";

const SANITIZED: [what: string, line: string, shown: string][] = [
  [
    "tabs and colors stay",
    "a\t\x1b[1;31mred\x1b[0m \x1b[38:5:9mx",
    "a\t\x1b[1;31mred\x1b[0m \x1b[38:5:9mx",
  ],
  ["letters of any script stay", "äß→日本🎉", "äß→日本🎉"],
  ["the cursor is not moved", "a\x1b[2J\x1b[1;1Hb\x1b[?25lc", "abc"],
  ["the title is not set", "a\x1b]0;pwned\x07b\x1b]2;pwned\x1b\\c", "abc"],
  ["a hyperlink is shown as its text", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"],
  ["device strings are removed", "a\x1bP1$q\x1b\\b\x1b_x\x1b\\c", "abc"],
  ["the terminal is neither queried nor reset", "a\x1b[6nb\x1bcc\x1b(0d", "abcd"],
  ["C1 controls are removed with their sequences", "a\x9b2Jb\x9d0;t\x9cc\x85d", "abcd"],
  ["other C0 controls are removed", "a\x00\x07\x08\x0b\x0c\x7fb", "ab"],
  ["an unfinished sequence is text without its start", "a\x1b]0;b", "a0;b"],
  ["a broken sequence is not joined to a new sequence", "\x1b\x00[2Jx\x1b[\x1b[2Jm", "[2Jxm"],
  ["an ESC at the end is removed", "a\x1b", "a"],
  ["the last of overwriting parts stays", "10%\r20%\r100%\r", "100%"],
  ["a single carriage return is removed", "\r", ""],
];

for (const [what, line, shown] of SANITIZED) {
  Deno.test(`on a terminal ${what}`, () => assert.equal(sanitize(line), shown));
}

Deno.test("without color, the colors of the line are removed too", () => {
  assert.equal(sanitize("\x1b[31mred\x1b[0m", { color: false }), "red");
});

Deno.test("of all control characters, only tabs and colors are left in a line", () => {
  const alphabet = [
    "\x1b",
    "[",
    "]",
    "0",
    ";",
    "m",
    "J",
    "\x07",
    "\\",
    "\x9b",
    "P",
    "\x00",
    "\x9c",
  ];
  for (let n = 0; n < alphabet.length ** 4; n++) {
    const line = [0, 1, 2, 3].map((at) =>
      alphabet[Math.floor(n / alphabet.length ** at) % alphabet.length]
    ).join("");
    // deno-lint-ignore no-control-regex
    const left = sanitize(line).replace(/\x1b\[[0-9;:]*m/g, "");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(left, /[\x00-\x08\x0a-\x1f\x7f-\x9f]/, JSON.stringify(line));
  }
});
