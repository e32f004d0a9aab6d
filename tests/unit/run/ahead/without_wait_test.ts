import assert from "node:assert/strict";
import type { Outcome, RunEvent } from "../../../../src/events.ts";
import { withoutWait } from "../../../../src/run/ahead/without_wait.ts";

const OF_PIPELINE = { held: { task: "clone", step: "s" }, waitMs: 60_000 };

Deno.test("the live times of the run and of the held task begin at the save", () => {
  const event: RunEvent = {
    kind: "tasks",
    elapsedMs: 63_000,
    tasks: [
      { name: "clone", status: "succeeded", elapsedMs: 62_000 },
      { name: "test", status: "running", elapsedMs: 1_000 },
      { name: "build", status: "pending" },
    ],
  };
  assert.deepEqual(withoutWait(event, OF_PIPELINE), {
    kind: "tasks",
    elapsedMs: 3_000,
    tasks: [
      { name: "clone", status: "succeeded", elapsedMs: 2_000 },
      { name: "test", status: "running", elapsedMs: 1_000 },
      { name: "build", status: "pending" },
    ],
  });
});

Deno.test("so do the times of the outcome", () => {
  const outcome: Outcome = {
    succeeded: true,
    resource: "PipelineRun",
    name: "p-run-1",
    reason: "Succeeded",
    message: "",
    elapsedMs: 65_000,
    tasks: [
      {
        name: "clone",
        status: "succeeded",
        elapsedMs: 62_000,
        steps: [{ name: "s", status: "succeeded", exitCode: 0, elapsedMs: 61_000 }],
      },
      { name: "test", status: "succeeded", elapsedMs: 1_000 },
    ],
  };
  const event = withoutWait({ kind: "ended", outcome }, OF_PIPELINE);
  assert.deepEqual(event.kind === "ended" && event.outcome, {
    ...outcome,
    elapsedMs: 5_000,
    tasks: [
      {
        name: "clone",
        status: "succeeded",
        elapsedMs: 2_000,
        steps: [{ name: "s", status: "succeeded", exitCode: 0, elapsedMs: 1_000 }],
      },
      { name: "test", status: "succeeded", elapsedMs: 1_000 },
    ],
  });
});

Deno.test("in a TaskRun the tasks are steps, and no time is below zero", () => {
  const wait = { held: { step: "fetch" }, waitMs: 5_000 };
  const event: RunEvent = {
    kind: "tasks",
    elapsedMs: 4_000,
    tasks: [
      { name: "fetch", status: "running", elapsedMs: 4_000 },
      { name: "test", status: "pending" },
    ],
  };
  assert.deepEqual(withoutWait(event, wait), {
    kind: "tasks",
    elapsedMs: 0,
    tasks: [{ name: "fetch", status: "running", elapsedMs: 0 }, {
      name: "test",
      status: "pending",
    }],
  });
});

Deno.test("other events stay as they are", () => {
  const event: RunEvent = { kind: "paused", place: "clone", pod: "p", afterMs: 3_600 };
  assert.equal(withoutWait(event, OF_PIPELINE), event);
});
