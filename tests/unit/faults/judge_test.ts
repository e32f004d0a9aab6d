import assert from "node:assert/strict";
import { reset } from "../../faults/catalog/connections.ts";
import type { Observation } from "../../faults/trial/injection.ts";
import { judge } from "../../faults/report/judge.ts";
import { PHASES } from "../../faults/trial/phases.ts";
import { PROFILES } from "../../faults/trial/profile.ts";

const injection = {
  number: 0,
  name: "reset @ archive 50 %",
  fault: reset,
  phase: PHASES.archive50,
  profile: PROFILES.task,
};

const RECOVERED: Observation = {
  injected: true,
  state: "released",
  wrongTree: "",
  code: 0,
  seconds: 3,
  hung: false,
  run: "succeeded",
  leftOvers: [],
  cleaned: 0,
  saysNoLog: false,
  lines: [1, 2, 3, 4, 5, 6],
  stderr: "",
};

function counts(seen: Partial<Observation>): string[] {
  return judge(injection, { ...RECOVERED, ...seen }).map(({ count }) => count);
}

Deno.test("an upload that recovers is right", () => assert.deepEqual(counts({}), []));

Deno.test("a fault that did not strike proves nothing", () => {
  assert.deepEqual(counts({ injected: false }), ["not injected"]);
});

Deno.test("a step that saw another tree counts, regardless of the exit code", () => {
  assert.deepEqual(counts({ wrongTree: "a file differs", code: 4 }), [
    "released incomplete",
    "exit code",
  ]);
});

Deno.test("exit code 0 needs a run that succeeded and a step that saw the tree", () => {
  assert.deepEqual(counts({ run: "failed" }), ["exit code"]);
  assert.deepEqual(counts({ state: "held", wrongTree: undefined }), ["exit code"]);
});

Deno.test("each leftover counts", () => {
  assert.deepEqual(counts({ leftOvers: ["run a is running", "Task b"] }), [
    "left over",
    "left over",
  ]);
});

Deno.test("a client that does not end counts as that, not for the exit code of the kill", () => {
  assert.deepEqual(counts({ hung: true, code: 137 }), ["no end"]);
});

Deno.test("a bug has its own count", () => {
  assert.deepEqual(counts({ code: 70 }), ["exit 70"]);
});

Deno.test("a missing or repeated log line counts", () => {
  assert.deepEqual(counts({ lines: [1, 2, 2, 3, 4, 5, 6] }), ["log lines"]);
});
