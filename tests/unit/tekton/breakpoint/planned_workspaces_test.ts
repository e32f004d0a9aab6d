import assert from "node:assert/strict";
import { plannedStep } from "../../../../src/tekton/breakpoint/planned_workspaces.ts";
import type { EmbeddedTask, PipelineRun, TaskRun } from "../../../../src/tekton/model.ts";

const CLAIM = { persistentVolumeClaim: { claimName: "pvc" } };
const TASK: EmbeddedTask = {
  steps: [{ name: "s", image: "i", script: "ls $(workspaces.named.path)" }],
};

Deno.test("a held step mounts the run's workspaces that its Task gets without declaring them", () => {
  const run: PipelineRun = {
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: {
      workspaces: [{ name: "named", ...CLAIM }, { name: "outer", secret: { secretName: "x" } }],
      pipelineSpec: {
        tasks: [{ name: "t", workspaces: [{ name: "bound", workspace: "outer" }], taskSpec: TASK }],
      },
    },
  };
  assert.deepEqual(plannedStep(run, { task: "t", step: "s" })?.workspaces, [
    { name: "bound", whyReadOnly: "it is a secret" },
    { name: "named" },
  ]);
  const alone: TaskRun = {
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: { workspaces: [{ name: "given", ...CLAIM }], taskSpec: TASK },
  };
  assert.deepEqual(plannedStep(alone, { step: "s" })?.workspaces, [{ name: "given" }]);
});
