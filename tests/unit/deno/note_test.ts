import assert from "node:assert/strict";
import { type NoteOptions, noteTo } from "../../../src/deno/terminal/note.ts";
import { FakeTerminal } from "../../support/fake_host.ts";
import { FakeScreen } from "../../support/screen.ts";

/** Returns the lines of a terminal where these words stand, after a note. */
function linesAfter(words: string, options?: NoteOptions): string[] {
  const terminal = new FakeTerminal();
  terminal.isTerminal.stderr = true;
  noteTo(terminal)("Waiting", options);
  const screen = new FakeScreen(80);
  screen.write(words + terminal.stderr.replaceAll("\n", "\r\n"));
  return screen.lines;
}

Deno.test("a note erases progress, and leaves the question of another program", () => {
  assert.deepEqual(linesAfter("Sending 10%"), ["Note: Waiting"]);
  assert.deepEqual(linesAfter("Password: ", { isBelow: true }), ["Password:", "Note: Waiting"]);
});
