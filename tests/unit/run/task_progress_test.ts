import assert from "node:assert/strict";
import type { TaskRun } from "../../../src/tekton/model.ts";
import { taskProgress } from "../../../src/run/task_progress.ts";
import type { LiveRun } from "../../../src/run/live_run.ts";

const START = "2026-01-02T03:04:00Z";
const NOW = Date.parse(START) + 20_000;

const TASK = "tekton.dev/pipelineTask";

function progress(run: unknown, taskRuns: TaskRun[] = [], held: unknown[] = []) {
  const named = taskRuns.map((one) => [one.metadata.name, one] as const);
  const live = { run, taskRuns: new Map(named), pods: new Map(), kind: "", name: "", held };
  return taskProgress(live as unknown as LiveRun, NOW);
}

Deno.test("the tasks of a PipelineRun are in the Pipeline's order, with the time of running ones", () => {
  const taskRun = (task: string, status: unknown) => ({
    kind: "TaskRun",
    metadata: { name: `r-${task}`, labels: { [TASK]: task } },
    spec: {},
    status,
  } as unknown as TaskRun);
  const created = { name: "r-b", creationTimestamp: "2026-01-02T03:04:12Z" };
  const done = { type: "Succeeded", status: "True", reason: "Succeeded" };
  const run = {
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: { pipelineSpec: { tasks: [{ name: "a" }, { name: "b" }], finally: [{ name: "c" }] } },
  };
  assert.deepEqual(
    progress(run, [
      { ...taskRun("b", undefined), metadata: { ...created, labels: { [TASK]: "b" } } },
      taskRun("a", {
        startTime: START,
        completionTime: "2026-01-02T03:04:04Z",
        conditions: [done],
      }),
    ]),
    [
      { name: "a", status: "succeeded", elapsedMs: 4_000 },
      { name: "b", status: "running", elapsedMs: 8_000 },
      { name: "c", status: "pending" },
    ],
  );
  assert.deepEqual(progress(run, [taskRun("a", undefined)], [{ task: "a" }, { task: "b" }]), [
    { name: "a", status: "held" },
    { name: "b", status: "pending" },
    { name: "c", status: "pending" },
  ]);
});

Deno.test("the steps of a TaskRun begin one after the other, though their containers start at once", () => {
  const ended = (finishedAt: string, exitCode = 0) => ({
    terminated: { exitCode, startedAt: START, finishedAt },
  });
  const run = {
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: {},
    status: {
      steps: [
        { name: "one", ...ended("2026-01-02T03:04:03Z") },
        { name: "two", ...ended("2026-01-02T03:04:08Z") },
        { name: "three", container: "step-three", running: { startedAt: START } },
        { name: "four", running: { startedAt: START } },
      ],
    },
  };
  assert.deepEqual(progress(run), [
    { name: "one", status: "succeeded", elapsedMs: 3_000 },
    { name: "two", status: "succeeded", elapsedMs: 5_000 },
    { name: "three", status: "running", elapsedMs: 12_000 },
    { name: "four", status: "pending" },
  ]);
  assert.deepEqual(progress(run, [], [{ container: "step-three" }])[2], {
    name: "three",
    status: "held",
    elapsedMs: 12_000,
  });
});

Deno.test("without a start there is no time, and clocks that differ give none below zero", () => {
  const run = (startedAt?: string) => ({
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: {},
    status: { steps: [{ name: "one", running: { startedAt } }] },
  });
  assert.deepEqual(progress(run()), [{ name: "one", status: "running" }]);
  const late = progress(run("2026-01-02T04:00:00Z"));
  assert.deepEqual(late, [{ name: "one", status: "running", elapsedMs: 0 }]);
});
