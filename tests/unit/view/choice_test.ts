import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { Choice } from "../../../src/view/choice.ts";

function typed(count: number, ...reads: string[]) {
  const choice = new Choice(count);
  const reactions = reads.map((keys) => choice.onKeys(new TextEncoder().encode(keys)));
  return { text: reactions.map(({ text }) => text).join(""), answer: reactions.at(-1)!.answer };
}

Deno.test("a digit is an answer at once in a short list", () => {
  assert.deepEqual(typed(3, "2"), { text: "2\n", answer: 1 });
});

Deno.test("in a long list, Enter ends a number that could be longer", () => {
  assert.deepEqual(typed(12, "1", "\r"), { text: "1\n", answer: 0 });
  assert.deepEqual(typed(12, "1", "2"), { text: "12\n", answer: 11 });
  assert.deepEqual(typed(12, "7"), { text: "7\n", answer: 6 });
});

Deno.test("a number that the list lacks is asked for again; other keys do nothing", () => {
  assert.deepEqual(typed(2, "9", "x\x1b[", "\r", "1"), {
    text: "9\nNumber (1 to 2): 1\n",
    answer: 0,
  });
  assert.deepEqual(typed(12, "1", "\x7f", "3"), {
    text: "1\nNumber (1 to 12): 3\n",
    answer: 2,
  });
});

Deno.test("Ctrl-C and Ctrl-D cancel", () => {
  for (const key of ["\x03", "\x04"]) assert.equal(typed(2, key).answer, "cancel");
});
