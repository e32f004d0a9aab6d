import assert from "node:assert/strict";
import { CONTROLS } from "../../../../src/printable.ts";
import { ControlFilter } from "../../../../src/view/text/control_filter.ts";
import { OutputFilter } from "../../../../src/view/text/output_filter.ts";
import { assertPrintable, HOSTILE } from "../../../support/hostile.ts";
import { Random } from "../../../support/random.ts";

/**
 * The definition for one line: each alternative is a complete sequence, otherwise a single
 * character. It takes quadratic time.
 */
const SEQUENCES =
  // deno-lint-ignore no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/
    .source;
const REMOVED = new RegExp(`${SEQUENCES}|[${CONTROLS}]`, "gu");
// deno-lint-ignore no-control-regex
const SGR = /^\x1b\[[0-9;:]*m$/;

function byDefinition(line: string): string {
  return line.replace(REMOVED, (sequence) => SGR.test(sequence) ? sequence : "");
}

/** Returns the filtered text of these chunks. */
function filtered(texts: readonly string[], options = {}): string {
  const filter = new ControlFilter(options);
  return texts.map((text) => filter.push(text)).join("") + filter.end();
}

// deno-fmt-ignore
const ALPHABET = [
  "\x1b", "\x1b", "[", "]", "0", ";", ":", "?", "m", "J", "P", "X", "^", "_", "(", "c", "\\", "\x07", "\x9b", "\x9c",
  "\x9d", "\x90", "\x9e", "\x00", "\x18", "\x7f", "\x85", " ", "\t", "é", "😀", "\u202e", "\ufeff",
];

Deno.test("a line is filtered as defined, in any chunks", () => {
  for (let seed = 0; seed < 20_000; seed++) {
    const random = new Random(seed);
    const line = Array.from({ length: random.below(24) }, () => random.pick(ALPHABET));
    const cut = random.below(line.length + 1);
    const parts = [line.slice(0, cut).join(""), line.slice(cut).join("")];
    assert.equal(filtered(parts), byDefinition(line.join("")), `seed ${seed}`);
  }
});

Deno.test("in any text, only newlines, tabs and colors are left as controls", () => {
  const alphabet = [...ALPHABET, ...HOSTILE.filter((text) => text.isWellFormed()), "\n", "\r"];
  for (let seed = 0; seed < 20_000; seed++) {
    const random = new Random(seed);
    const texts = Array.from({ length: random.below(40) }, () => random.pick(alphabet));
    const shown = filtered(texts);
    assertPrintable(shown.replaceAll("FAKE", ""), `seed ${seed}`, { color: true });
    assertPrintable(filtered(texts, { color: false }).replaceAll("FAKE", ""), `seed ${seed}`);
  }
});

Deno.test("a newline ends unfinished sequences and resets colors", () => {
  assert.equal(filtered(["\x1b]0;a\nb\x07c"]), "0;a\nbc");
  assert.equal(filtered(["\x1b[3\nmc"]), "3\nmc");
  assert.equal(filtered(["\x1b[31;8mred\nx"]), "\x1b[31;8mred\x1b[0m\nx");
  assert.equal(filtered(["\x1b[31mred\x1b[0m\nx"]), "\x1b[31mred\x1b[0m\nx");
});

Deno.test("a carriage return begins a line, so that nothing is overwritten", () => {
  assert.equal(filtered(["10%\r20%\r", "\ndone\r\n"]), "10%\n20%\ndone\n");
});

Deno.test("bytes are decoded across chunks, and colors are reset at the end", () => {
  const bytes = new TextEncoder().encode("é😀\x1b[32mgreen\x9b2J 日本\x1b]52;c;eA==\x07");
  for (let size = 1; size < bytes.length; size++) {
    const filter = new OutputFilter({});
    let shown = "";
    for (let at = 0; at < bytes.length; at += size) {
      shown += filter.push(bytes.subarray(at, at + size));
    }
    assert.equal(shown + filter.end(), "é😀\x1b[32mgreen 日本\x1b[0m", `${size}`);
  }
});

Deno.test("the work is linear in the text, for any unfinished sequence", () => {
  const openers = ["\x9d", "\x1b]", "\x1bPabc", "\x1b[1;", "\x9b1", "\x9d\x9b1", "\x1b(", "\x1b"];
  const work = (text: string) => {
    const filter = new ControlFilter();
    filter.push(text);
    filter.end();
    return filter.processed;
  };
  for (const opener of openers) {
    const text = opener.repeat(150_000);
    assert.ok(work(text) <= 5 * text.length, JSON.stringify(opener));
    assert.ok(work(text + text) <= 2 * work(text) + 10, JSON.stringify(opener));
  }
});

Deno.test("at most 64 KiB of an unfinished sequence are held", () => {
  for (const opener of ["\x1b]0;", "\x1b[", "\x9d", "\x1b "]) {
    const filter = new ControlFilter();
    let pushed = 0;
    let shown = filter.push(opener).length;
    for (let round = 0; round < 40; round++) {
      const text = "0 ".repeat(2_500);
      shown += filter.push(text).length;
      pushed += text.length;
      assert.ok(shown >= pushed - 65_536 - text.length, JSON.stringify(opener));
    }
  }
});
