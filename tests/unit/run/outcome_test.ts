import assert from "node:assert/strict";
import { outcomeOf } from "../../../src/run/outcome.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { ended, RUN, Stage } from "./stage.ts";
import { until } from "../../support/fake_transport.ts";

const TIMES = { startTime: "2026-01-02T03:04:05Z", completionTime: "2026-01-02T03:04:07Z" };

Deno.test("the tasks are in the Pipeline's order, finally tasks last, each with its outcome", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone", "test", "lint", "deploy", "scan"], ["notify"]);
  stage.taskRunOf("notify", { ...ended(true, "Succeeded") });
  stage.taskRunOf("lint", { ...ended(false, "TaskRunCancelled", "it was cancelled"), ...TIMES });
  stage.taskRunOf("test", {
    ...ended(false, "Failed", "step failed"),
    ...TIMES,
    steps: [
      { name: "ok", terminated: { exitCode: 0 } },
      {
        name: "unit",
        terminated: { exitCode: 137, reason: "Error" },
        terminationReason: "OOMKilled",
      },
    ],
  });
  stage.taskRunOf("clone", { ...ended(true, "Succeeded"), ...TIMES });
  stage.end(false, "Failed", {
    ...TIMES,
    skippedTasks: [{ name: "deploy", reason: "When Expressions evaluated to false" }],
  });
  await until(() => live.phase.kind === "ended" && live.taskRuns.size === 4);
  assert.deepEqual(outcomeOf(live, { uploaded: "clone" }), {
    succeeded: false,
    resource: "PipelineRun",
    name: RUN,
    reason: "Failed",
    message: "",
    elapsedMs: 2000,
    tasks: [
      { name: "clone", status: "succeeded", elapsedMs: 2000, uploaded: true },
      {
        name: "test",
        status: "failed",
        elapsedMs: 2000,
        message: "step failed",
        failedStep: { step: "unit", exitCode: 137, reason: "OOMKilled" },
        steps: [
          { name: "ok", status: "succeeded", exitCode: 0 },
          { name: "unit", status: "failed", exitCode: 137, reason: "OOMKilled" },
        ],
      },
      { name: "lint", status: "cancelled", elapsedMs: 2000, message: "it was cancelled" },
      { name: "deploy", status: "skipped", message: "When Expressions evaluated to false" },
      { name: "scan", status: "pending" },
      { name: "notify", status: "succeeded", elapsedMs: undefined },
    ],
  });
});

Deno.test("steps have their times; those that did not run, or may fail, did not fail", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["test"]);
  const times = { startedAt: "2026-01-02T03:04:05Z", finishedAt: "2026-01-02T03:04:08Z" };
  stage.taskRunOf("test", {
    ...ended(false, "Failed"),
    steps: [
      {
        name: "ok",
        terminated: { exitCode: 0, reason: "Completed", ...times },
      },
      { name: "may", terminated: { exitCode: 1, ...times }, terminationReason: "Continued" },
      { name: "late", terminated: { exitCode: 1, ...times }, terminationReason: "TimeoutExceeded" },
      { name: "after", terminated: { exitCode: 1, ...times }, terminationReason: "Skipped" },
      { name: "runs", running: {} },
    ],
  });
  stage.end(false);
  await until(() => live.phase.kind === "ended" && live.taskRuns.size === 1);
  assert.deepEqual(outcomeOf(live, undefined).tasks[0].steps, [
    { name: "ok", status: "succeeded", exitCode: 0, elapsedMs: 3000 },
    { name: "may", status: "succeeded", exitCode: 1, reason: "Continued", elapsedMs: 3000 },
    { name: "late", status: "failed", exitCode: 1, reason: "TimeoutExceeded", elapsedMs: 3000 },
    { name: "after", status: "skipped", exitCode: 1, reason: "Skipped" },
  ]);
});

Deno.test("a TaskRun's outcome has the Task as its only task", async () => {
  await using stage = new Stage();
  const live = stage.taskRun();
  stage.end(true);
  await until(() => live.phase.kind === "ended");
  const { resource, succeeded, tasks } = outcomeOf(live, undefined);
  assert.deepEqual({ resource, succeeded, tasks }, {
    resource: "TaskRun",
    succeeded: true,
    tasks: [{ name: "t", status: "succeeded", elapsedMs: undefined }],
  });
});

Deno.test("a run that has not ended is reported as running", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["a"]);
  stage.taskRunOf("a", {});
  await until(() => live.taskRuns.size === 1);
  const { succeeded, reason, tasks } = outcomeOf(live, undefined);
  assert.deepEqual({ succeeded, reason, tasks }, {
    succeeded: false,
    reason: "Running",
    tasks: [{ name: "a", status: "running" }],
  });
});

Deno.test("a step that ran out of memory is named with its limit, for any exit code", async () => {
  for (const exitCode of [0, 137]) {
    await using stage = new Stage();
    const live = stage.taskRun();
    const pod = stage.pod("", { eat: exitCode, after: "running" });
    pod.spec!.containers![0].resources = { limits: { memory: "24Mi" } };
    stage.kube.put(PODS, pod);
    stage.end(false, "Failed", {
      podName: pod.metadata.name,
      steps: [
        { name: "eat", container: "step-eat", terminated: { exitCode, reason: "OOMKilled" } },
        { name: "after", container: "step-after", terminated: { exitCode: 1, reason: "Error" } },
      ],
    });
    await until(() => live.phase.kind === "ended");
    const [task] = outcomeOf(live, undefined).tasks;
    const failedStep = { step: "eat", exitCode, reason: "OOMKilled", limit: "24Mi" };
    assert.deepEqual(task.failedStep, failedStep);
  }
});

Deno.test("a task whose container could not be made says what it waited for", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["test", "pull"]);
  const message = "Failed to create pod due to config error";
  stage.taskRunOf("test", {
    ...ended(false, "CreateContainerConfigError", message),
    steps: [
      { name: "first", running: {} },
      {
        name: "run",
        waiting: { reason: "CreateContainerConfigError", message: 'secret "key" not found' },
      },
    ],
  });
  stage.taskRunOf("pull", {
    ...ended(false, "TaskRunImagePullFailed", "the step failed: no such image"),
    steps: [{ name: "run", waiting: { reason: "ErrImagePull", message: "no such image" } }],
  });
  stage.end(false, "Failed", TIMES);
  await until(() => live.phase.kind === "ended" && live.taskRuns.size === 2);
  assert.deepEqual(outcomeOf(live).tasks.map(({ message }) => message), [
    `${message}: step run: secret "key" not found`,
    "the step failed: no such image",
  ]);
});
