import assert from "node:assert/strict";
import { TurnTerminal } from "../../../../src/commands/turns/turn_terminal.ts";
import { printable } from "../../../../src/printable.ts";
import { FakeTerminal } from "../../../support/fake_host.ts";
import { turn } from "../../../support/fake_transport.ts";

Deno.test("the line below the output is drawn again at each new width", async () => {
  const terminal = new FakeTerminal();
  terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  terminal.isTyped = true;
  await using turns = new TurnTerminal({ terminal }, () => {}, () => {});
  await turn();
  turns.show((columns) => printable`${"=".repeat(columns / 10)}`);
  await terminal.resize(40);
  assert.equal(terminal.stderr, "========\r\x1b[K====");

  turns.clear();
  await terminal.resize(60);
  assert.equal(terminal.stderr, "========\r\x1b[K====\r\x1b[K");
});
