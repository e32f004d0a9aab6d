import assert from "node:assert/strict";
import { ConfirmedEdits, MOST_REFUSALS } from "../../../../src/commands/session/confirmed_edits.ts";
import type { KeyQuestion } from "../../../../src/commands/session/key_question.ts";
import { UsageError } from "../../../../src/errors.ts";

/** A user with these answers in turn, and a list of the effects at the terminal. */
function stage({ place = "build/s", answers = [] as boolean[] } = {}) {
  const done: string[] = [];
  const questions: KeyQuestion[] = [];
  let isLineTyped = false;
  const terminal = {
    suspendFor: <T>(work: () => Promise<T>) => work(),
    ask: (question: KeyQuestion) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? false);
    },
    say: (text: string) => void done.push(`said ${text}`),
    arrived: () => Promise.resolve(),
    takeTypedLine: () => {
      const isTyped = isLineTyped;
      isLineTyped = false;
      return isTyped;
    },
  };
  const editor = {
    open: () => Promise.resolve(void done.push("opened")),
    ran: (code: number) => Promise.resolve(void done.push(`ran ${code}`)),
  };
  const edits = new ConfirmedEdits({ terminal, editor, place, program: "vim" });
  return { edits, editor, done, questions, typeLine: () => void (isLineTyped = true) };
}

Deno.test("the editor opens after a yes, and learns how the script ran", async () => {
  const { edits, done, questions, typeLine } = stage({ answers: [true] });
  typeLine();
  assert.equal(await edits.edit(), undefined);
  await edits.ran(0);
  assert.deepEqual(done, ["opened", "ran 0"]);
  assert.deepEqual(questions, [{
    text: "Edit the script of step build/s here, with vim?",
    yes: "edit",
  }]);
});

Deno.test("a refusal opens no editor, and reports no run", async () => {
  const { edits, done, typeLine } = stage();
  typeLine();
  assert.equal(await edits.edit(), "Not edited");
  await edits.ran(0);
  assert.deepEqual(done, []);
});

Deno.test("the container alone cannot make tkn-dev ask, nor ask twice for one line", async () => {
  const { edits, done, questions, typeLine } = stage({ answers: [true, true, true] });
  for (let count = 0; count < 100; count++) assert.match(await edits.edit() ?? "", /^Not edited: /);
  assert.deepEqual([done, questions], [[], []]);
  typeLine();
  assert.equal(await edits.edit(), undefined);
  for (let count = 0; count < 100; count++) assert.match(await edits.edit() ?? "", /^Not edited: /);
  assert.deepEqual([done, questions.length], [["opened"], 1]);
});

Deno.test("after refusals in a row, tkn-dev no longer asks in the shell", async () => {
  const { edits, done, questions, typeLine } = stage();
  for (let count = 0; count < 100; count++) {
    typeLine();
    assert.notEqual(await edits.edit(), undefined);
  }
  assert.equal(questions.length, MOST_REFUSALS);
  assert.deepEqual(done, []);
});

Deno.test("a yes resets the count of refusals", async () => {
  const { edits, questions, typeLine } = stage({ answers: [false, false, true, false, false] });
  for (let count = 0; count < 5; count++) {
    typeLine();
    await edits.edit();
  }
  assert.equal(questions.length, 5);
});

Deno.test("a run is reported once for each edit, however often the container reports it", async () => {
  const { edits, done, typeLine } = stage({ answers: [true] });
  await edits.ran(0);
  typeLine();
  await edits.edit();
  for (const code of [0, 0, 1]) await edits.ran(code);
  assert.deepEqual(done, ["opened", "ran 0"]);
});

Deno.test("the shell gets the error of a failed editor", async () => {
  const { edits, editor, typeLine } = stage({ answers: [true] });
  editor.open = () => Promise.reject(new UsageError("Cannot edit the script: no editor"));
  typeLine();
  assert.equal(await edits.edit(), "Cannot edit the script: no editor");
});

Deno.test("a step's name cannot control the terminal of the question", async () => {
  const { edits, questions, typeLine } = stage({ place: `\x1b[2J${"s".repeat(300)}\r\n` });
  typeLine();
  await edits.edit();
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(questions[0].text, /[\x00-\x1f]/);
  assert.ok(questions[0].text.length < 120);
});
