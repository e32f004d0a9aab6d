import assert from "node:assert/strict";
import { holdPipelineRun, holdTaskRun } from "../../../src/tekton/breakpoint/hold_run.ts";
import type { PipelineRun, TaskRun } from "../../../src/tekton/model.ts";
import { readingOwnLabel, taskNameOf } from "../../../src/tekton/task_name.ts";
import { GATE } from "../../support/fake_gate.ts";

/** Labels as on a dumped run, or one that a user labelled by hand. */
const LABELS = {
  a: "b",
  "tekton.dev/task": "another",
  "tekton.dev/clusterTask": "another",
  "tekton.dev/pipeline": "another",
};
const METADATA = { name: "t", labels: LABELS };
const SPEC = { steps: [{ name: "s", image: "i", script: "x" }] };
const STEPS = [{ index: 0, mode: "before" }] as const;
const REFERRING = /^tekton\.dev\/(cluster)?task$/i;

function referring(...labels: (Record<string, string> | undefined)[]): string[] {
  return labels.flatMap((one) => Object.keys(one ?? {})).filter((key) => REFERRING.test(key));
}

function labelsOf(metadata: unknown): Record<string, string> | undefined {
  return (metadata as { labels?: Record<string, string> } | undefined)?.labels;
}

Deno.test("a TaskRun with an inline Task has no label that implies a taskRef", () => {
  const run: TaskRun = {
    kind: "TaskRun",
    metadata: { name: "r", labels: LABELS },
    spec: { taskRef: { name: "t" } },
  };
  const { runManifest } = holdTaskRun(run, { metadata: METADATA, spec: SPEC }, { steps: STEPS }, {
    gate: GATE,
  });
  const { metadata, spec } = runManifest.inline();
  assert.equal(spec.taskRef, undefined);
  assert.deepEqual(referring(metadata.labels), []);
  assert.deepEqual([metadata.labels!.a, taskNameOf(metadata.labels)], ["b", "t"]);
});

Deno.test("a Pipeline's TaskRuns get no such label from the run, the Pipeline, the Task or taskRunSpecs", () => {
  const target = { name: "build", taskRef: { name: "t" } };
  const spec = { tasks: [target, { name: "other", taskRef: { name: "t" } }] };
  const run: PipelineRun = {
    kind: "PipelineRun",
    metadata: { name: "r", labels: LABELS },
    spec: { taskRunSpecs: [{ pipelineTaskName: "build", metadata: { labels: LABELS } }] },
  };
  const held = [{ target, task: { metadata: METADATA, spec: SPEC }, steps: STEPS }];
  for (const metadata of [{ name: "p", labels: LABELS }, undefined]) {
    const pipeline = { metadata, spec };
    const { runManifest } = holdPipelineRun(run, pipeline, held, { gate: GATE });
    const { metadata: made, spec: inline } = runManifest.inline();
    const [build, other] = inline.pipelineSpec!.tasks!;
    assert.deepEqual([build.taskRef, other.taskRef], [undefined, { name: "t" }]);
    const handedDown = inline.taskRunSpecs!.map((one) => labelsOf(one.metadata));
    const labels = [made.labels, build.taskSpec!.metadata!.labels, ...handedDown];
    assert.deepEqual(referring(...labels), []);
    assert.equal(taskNameOf(build.taskSpec!.metadata!.labels), "t");
  }
});

Deno.test("a run with temporary objects refers to a Task, and Tekton sets the label", () => {
  const run: TaskRun = {
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: { taskRef: { name: "t" } },
  };
  const { runManifest } = holdTaskRun(run, { metadata: METADATA, spec: SPEC }, { steps: STEPS }, {
    gate: GATE,
  });
  assert.deepEqual(runManifest.temporary!("tmp").run.spec.taskRef, { name: "tmp", kind: "Task" });
});

Deno.test("a Task that reads the label of its name reads tkn-dev's label", () => {
  const env = (fieldPath: string) => ({
    env: [{ name: "TASK", valueFrom: { fieldRef: { fieldPath } } }],
  });
  assert.deepEqual(
    readingOwnLabel(env("metadata.labels['tekton.dev/task']")),
    env("metadata.labels['tkn-dev/task']"),
  );
  const other = env("metadata.labels['tekton.dev/taskRun']");
  assert.deepEqual(readingOwnLabel(other), other);
});

Deno.test("a TaskRun with a reference has its Task's name in Tekton's label", () => {
  assert.equal(taskNameOf({ "tekton.dev/task": "t" }), "t");
  assert.equal(taskNameOf(undefined), undefined);
});
