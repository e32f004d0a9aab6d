import assert from "node:assert/strict";
import { reset } from "../../faults/catalog/connections.ts";
import { PHASES } from "../../faults/trial/phases.ts";
import { PROFILES } from "../../faults/trial/profile.ts";
import { page } from "../../faults/report/report.ts";

const CELL = {
  number: 0,
  name: "reset @ get",
  fault: reset,
  phase: PHASES.get,
  profile: PROFILES.task,
  seen: {
    injected: true,
    state: "held" as const,
    code: 4,
    seconds: 12.34,
    hung: false,
    leftOvers: ["run a is running"],
    cleaned: 0,
    saysNoLog: false,
    lines: [],
    stderr: "",
  },
  problems: [{ count: "left over" as const, text: "run a is running | <b>" }],
};
const CIRCUMSTANCES = { date: "2026-01-02", seconds: 600, cluster: "Kubernetes 1", program: "x" };

Deno.test("the page counts each problem by fault and by phase, and has a row for each injection", () => {
  const text = page([CELL, { ...CELL, problems: [], phase: PHASES.end }], CIRCUMSTANCES);
  assert.match(text, /2 injections in 10 minutes/);
  assert.match(text, /^\| reset \| 2 \| 0 \| 12 s \| 0 \| 0 \| 1 \| 0 \| 0 \| 0 \| 0 \|$/m);
  assert.match(text, /^\| get \| 1 \| 0 \| 12 s \| 0 \| 0 \| 1 \|/m);
  assert.match(
    text,
    /^\| reset \| end of the run \| task \| held \| {2}\| 4 \| 12.3 \| 1 \| {2}\|$/m,
  );
});

Deno.test("a cluster's message cannot end a cell, and is not markup", () => {
  assert.ok(page([CELL], CIRCUMSTANCES).includes("run a is running \\| \\<b\\>"));
});
