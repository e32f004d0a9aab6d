import assert from "node:assert/strict";
import type { RunEvent } from "../../../src/events.ts";
import { RunView } from "../../../src/view/run_view.ts";

type Log = Extract<RunEvent, { kind: "log" }>;

/** Returns the output on stdout. */
function written(logs: Omit<Log, "kind">[], terminal = false): string {
  const view = new RunView({
    color: false,
    terminal,
    columns: () => 80,
    now: () => 0,
    showlogs: true,
  });
  return logs.flatMap((log) => view.render({ kind: "log", ...log }))
    .map((output) => "text" in output ? output.text : "").join("");
}

const first = { step: "a", line: "1", part: "first" } as const;
const middle = { step: "a", line: "2", part: "middle" } as const;
const last = { step: "a", line: "3", part: "last" } as const;

Deno.test("the parts of a long line are joined", () => {
  const whole = { step: "a", line: "next" };
  assert.equal(written([first, middle, middle, last, whole]), "[a] 1223\n[a] next\n");
});

Deno.test("a line that another step's line interrupts continues with its prefix", () => {
  const other = { task: "t", step: "b", line: "x" };
  assert.equal(written([first, other, middle, last]), "[a] 1\n[t : b] x\n[a] 23\n");
});

Deno.test("an unfinished line ends before the next line", () => {
  assert.equal(written([first, { step: "a", line: "x" }]), "[a] 1\n[a] x\n");
  assert.equal(written([first, first, last]), "[a] 1\n[a] 13\n");
});

Deno.test("on a terminal each part is a line", () => {
  assert.equal(written([first, last], true), "[a] 1\n[a] 3\n");
});
