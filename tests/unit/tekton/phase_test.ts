import assert from "node:assert/strict";
import type { TaskRun } from "../../../src/tekton/model.ts";
import { durationMs, failedStep, isCancelled, phaseOf } from "../../../src/tekton/phase.ts";

function run(status?: TaskRun["status"]): TaskRun {
  return { kind: "TaskRun", metadata: { name: "r" }, spec: {}, status };
}

function succeeded(status: "True" | "False" | "Unknown", reason?: string, message?: string) {
  return run({
    conditions: [
      { type: "Other", status: "True" },
      { type: "Succeeded", status, reason, message },
    ],
  });
}

Deno.test("a run without a condition, or with an Unknown one, is running", () => {
  assert.deepEqual(phaseOf(run()), { kind: "running" });
  assert.deepEqual(phaseOf(run({ conditions: [] })), { kind: "running" });
  assert.deepEqual(phaseOf(succeeded("Unknown", "Running")), { kind: "running" });
});

Deno.test("the condition Succeeded says how a run ended", () => {
  assert.deepEqual(phaseOf(succeeded("True", "Completed", "Tasks Completed: 1")), {
    kind: "ended",
    succeeded: true,
    reason: "Completed",
    message: "Tasks Completed: 1",
  });
  assert.deepEqual(phaseOf(succeeded("False")), {
    kind: "ended",
    succeeded: false,
    reason: "",
    message: "",
  });
});

Deno.test("a cancelled run is not a failed run", () => {
  for (const reason of ["Cancelled", "TaskRunCancelled", "CancelledRunningFinally"]) {
    assert.equal(isCancelled(phaseOf(succeeded("False", reason))), true, reason);
  }
  assert.equal(isCancelled(phaseOf(succeeded("False", "Failed"))), false);
  assert.equal(isCancelled(phaseOf(run())), false);
});

Deno.test("the failed step is the first with an exit code, except steps with onError: continue", () => {
  const steps = [
    { name: "fine", terminated: { exitCode: 0 } },
    { name: "let-go-on", terminated: { exitCode: 3 }, terminationReason: "Continued" },
    { name: "failed", terminated: { exitCode: 7 }, terminationReason: "Error" },
    { name: "never-ran", terminated: { exitCode: 1 }, terminationReason: "Skipped" },
  ];
  assert.equal(failedStep(run({ steps }))?.name, "failed");
  assert.equal(failedStep(run({ steps: steps.slice(0, 2) })), undefined);
  assert.equal(failedStep(run()), undefined);
});

Deno.test("a run has a duration once it has started and ended", () => {
  const startTime = "2026-01-02T03:04:05Z";
  assert.equal(durationMs(run({ startTime, completionTime: "2026-01-02T03:05:06Z" })), 61_000);
  assert.equal(durationMs(run({ startTime })), undefined);
  assert.equal(durationMs(run()), undefined);
});
