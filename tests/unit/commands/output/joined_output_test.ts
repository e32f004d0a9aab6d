import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { JoinedOutput } from "../../../../src/commands/output/joined_output.ts";
import { OutputError } from "../../../../src/errors.ts";
import { unescaped } from "../../../../src/printable.ts";
import { Screen } from "../../../../src/view/screen.ts";
import { turn } from "../../../support/fake_transport.ts";

function start() {
  const written: string[] = [];
  const terminal = {
    isFull: false,
    out(text: string) {
      if (this.isFull) throw new OutputError("Cannot write stdout: the disk is full");
      written.push(`out ${text}`);
    },
    err: (text: string) => void written.push(`err ${text}`),
  };
  const output = new JoinedOutput(terminal, new Screen());
  const say = (text: string) => output.write({ to: "stdout", text: unescaped(text) });
  return { written, terminal, output, say };
}

Deno.test("lines of one moment are one write, before anything else happens", async () => {
  const { written, say } = start();
  for (const text of ["a\n", "b\n", "c\n"]) say(text);
  assert.deepEqual(written, []);
  await Promise.resolve();
  assert.deepEqual(written, ["out a\nb\nc\n"]);
  say("d\n");
  await Promise.resolve();
  assert.deepEqual(written, ["out a\nb\nc\n", "out d\n"]);
});

Deno.test("text for stderr comes after the lines before it, and before those after it", async () => {
  const { written, output, say } = start();
  say("a\n");
  output.write({ to: "stderr", text: unescaped("note\n") });
  say("b\n");
  await turn();
  assert.deepEqual(written, ["out a\n", "err note\n", "out b\n"]);
});

Deno.test("many lines of one moment do not pile up in memory", () => {
  const { written, say } = start();
  for (let line = 0; line < 100_000; line++) say("x\n");
  assert.equal(written.length, 100);
});

Deno.test("where stdout cannot be written, the text for stderr is", () => {
  const { written, terminal, output, say } = start();
  terminal.isFull = true;
  say("a\n");
  output.write({ to: "stderr", text: unescaped("note\n") });
  say("b\n");
  assert.throws(() => output.flush(), OutputError);
  assert.deepEqual(written, ["err note\n"]);
});

Deno.test("a failure after a write has returned is thrown by the next write, once", async () => {
  const { written, terminal, output, say } = start();
  terminal.isFull = true;
  say("a\n");
  await turn();
  assert.throws(() => say("b\n"), OutputError);
  terminal.isFull = false;
  output.write({ to: "stderr", text: unescaped("error\n") });
  output.flush();
  assert.deepEqual(written, ["err error\n"]);
});

Deno.test("flush throws a failure, close does not", async () => {
  const { written, terminal, output, say } = start();
  terminal.isFull = true;
  say("a\n");
  assert.throws(() => output.flush(), OutputError);
  say("b\n");
  await turn();
  assert.throws(() => output.flush(), OutputError);
  say("c\n");
  output.close();
  terminal.isFull = false;
  output.flush();
  assert.deepEqual(written, []);
});
