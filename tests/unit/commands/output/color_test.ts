import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { canDraw, useColor } from "../../../../src/commands/output/color.ts";
import { openNarrator } from "../../../../src/commands/output/narrator.ts";
import { FakeHost } from "../../../support/fake_host.ts";

function onStream(isTerminal: boolean, variables: Record<string, string> = {}): FakeHost {
  const host = new FakeHost();
  host.terminal.isTerminal = { stdin: false, stdout: isTerminal, stderr: isTerminal };
  Object.assign(host.variables, variables);
  return host;
}

const CASES: readonly [terminal: boolean, variables: Record<string, string>, color: boolean][] = [
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [false, { CLICOLOR_FORCE: "1" }, true],
  [true, { TERM: "dumb", CLICOLOR_FORCE: "1" }, true],
  [false, { CLICOLOR_FORCE: "0" }, false],
  [false, { CLICOLOR_FORCE: "" }, false],
  [false, { CLICOLOR_FORCE: "1", NO_COLOR: "1" }, false],
];

for (const [terminal, variables, color] of CASES) {
  const where = terminal ? "a terminal" : "a pipe";
  Deno.test(`${where} with ${JSON.stringify(variables)} has ${color ? "" : "no "}colors`, () => {
    assert.equal(useColor(onStream(terminal, variables), "stdout"), color);
    assert.equal(useColor(onStream(terminal, variables), "stdout", false), false);
  });
}

Deno.test("on a dumb terminal waiting is a line, and nothing is drawn or colored", () => {
  const host = onStream(true, { TERM: "dumb" });
  assert.ok(!canDraw(host, "stderr"));
  using narrator = openNarrator(host, { color: true, showlogs: true });
  narrator.emit({ kind: "waiting", text: "it" });
  narrator.emit({ kind: "log", step: "a", line: "\x1b[31mred\x1b[2J" });
  narrator.flush();
  assert.equal(host.terminal.stderr, "Waiting for it\n");
  assert.equal(host.terminal.stdout, "[a] red\n");
});

Deno.test("forced colors leave the bytes of a log in a pipe unchanged", () => {
  const host = onStream(false, { CLICOLOR_FORCE: "1" });
  using narrator = openNarrator(host, { color: true, showlogs: true });
  narrator.emit({ kind: "log", step: "a", line: "\x1b[2Jx" });
  narrator.flush();
  assert.equal(host.terminal.stdout, "\x1b[1;92m[a]\x1b[0m \x1b[2Jx\n");
});
