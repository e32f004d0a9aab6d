import assert from "node:assert/strict";
import { Prompt, type Reaction } from "../../../src/view/prompt.ts";

/** Feeds the reads to a prompt. Returns its text and the first answer. */
function type(...reads: string[]): { text: string; answer?: Reaction["answer"] } {
  const prompt = new Prompt("build/compile", { color: false });
  let text = "";
  for (const read of reads) {
    const reaction = prompt.onKey(new TextEncoder().encode(read));
    text += reaction.text;
    if (reaction.answer !== undefined) return { text, answer: reaction.answer };
  }
  return { text };
}

Deno.test("the question names the step and the keys", () => {
  assert.equal(
    new Prompt("build/compile", { color: false }).render(),
    "Step build/compile still holds. " +
      "[c]ontinue, [f]ail, [r]un its work, [s]hell again, [d]etach? ",
  );
  const colored = new Prompt("\x1b[2Jx", { color: true }).render();
  assert.ok(colored.startsWith("Step \\x1b[2Jx still holds. [\x1b[1mc\x1b[0m]ontinue, ["));
});

Deno.test("a key is an answer and is echoed as a word", () => {
  assert.deepEqual(type("c"), { text: "continue\n", answer: "continue" });
  assert.deepEqual(type("f"), { text: "fail\n", answer: "fail" });
  assert.deepEqual(type("r"), { text: "run\n", answer: "run" });
  assert.deepEqual(type("s"), { text: "shell\n", answer: "shell" });
  assert.deepEqual(type("D"), { text: "detach\n", answer: "detach" });
  assert.deepEqual(type("c\r"), { text: "continue\n", answer: "continue" });
});

Deno.test("Ctrl-C is cancel and Ctrl-D is detach, after any other keys", () => {
  assert.deepEqual(type("\x03"), { text: "cancel\n", answer: "cancel" });
  assert.deepEqual(type("\x04"), { text: "detach\n", answer: "detach" });
  assert.deepEqual(type("\x1b", "\x03"), { text: "cancel\n", answer: "cancel" });
  assert.deepEqual(type("\x1b[1;", "c\x04"), { text: "detach\n", answer: "detach" });
  assert.deepEqual(type("make all\r\x03"), { text: "cancel\n", answer: "cancel" });
});

Deno.test("Enter or any other key shows the list of keys once", () => {
  const help = "\nType c, f, r, s or d: ";
  assert.deepEqual(type("\r"), { text: help });
  assert.deepEqual(type("\n", "\r", "x", "\r"), { text: help });
  assert.deepEqual(type("x", "c"), { text: `${help}continue\n`, answer: "continue" });
  assert.deepEqual(type("é"), { text: help });
});

Deno.test("the sequence of an arrow key is ignored, in one read or in several", () => {
  for (const keys of ["\x1b[A", "\x1b[D", "\x1bOC", "\x1b[1;5C", "\x1b[15~", "\x1bd"]) {
    assert.deepEqual(type(keys), { text: "" }, JSON.stringify(keys));
    assert.deepEqual(type(...keys), { text: "" }, JSON.stringify(keys));
    assert.deepEqual(type(...keys, "f"), { text: "fail\n", answer: "fail" });
  }
});

Deno.test("a paste is not an answer", () => {
  assert.equal(type("deploy").answer, undefined);
  assert.equal(type("cc").answer, undefined);
  assert.deepEqual(type("deploy\r", "c").answer, "continue");
});
