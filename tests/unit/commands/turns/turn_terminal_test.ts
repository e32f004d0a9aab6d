import assert from "node:assert/strict";
import { TurnTerminal } from "../../../../src/commands/turns/turn_terminal.ts";
import { printable } from "../../../../src/printable.ts";
import { PIPE_MS } from "../../../../src/view/screen.ts";
import { FakeClock, FakeTerminal } from "../../../support/fake_host.ts";
import { turn } from "../../../support/fake_transport.ts";

Deno.test("the line below the output is drawn again at each new width", async () => {
  const terminal = new FakeTerminal();
  terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  terminal.isTyped = true;
  const clock = new FakeClock();
  await using turns = new TurnTerminal({ terminal, clock }, () => {}, () => {});
  await turn();
  turns.show((columns) => printable`${"=".repeat(columns / 10)}`);
  await terminal.resize(40);
  assert.equal(terminal.stderr, "========\r\x1b[K====");

  turns.clear();
  await terminal.resize(60);
  assert.equal(terminal.stderr, "========\r\x1b[K====\r\x1b[K");
});

Deno.test("what went into a pipe may end on the terminal, in the middle of a line", async () => {
  const terminal = new FakeTerminal();
  terminal.isTerminal = { stdin: true, stdout: false, stderr: true };
  terminal.isPiped = true;
  const clock = new FakeClock();
  await using turns = new TurnTerminal({ terminal, clock }, () => {}, () => {});
  turns.terminal.write(new TextEncoder().encode("no newline"), "stdout");
  let hasArrived = false;
  const arriving = turns.outputArrives().then(() => void (hasArrived = true));
  await turn();
  assert.equal(hasArrived, false);
  clock.advance(PIPE_MS);
  await arriving;
  turns.show(() => printable`keys`);
  assert.equal(terminal.stdout, "no newline");
  assert.equal(terminal.stderr, "\r\nkeys");
});
