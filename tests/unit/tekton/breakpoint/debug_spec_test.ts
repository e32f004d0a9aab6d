import assert from "node:assert/strict";
import type { PipelineRun, TaskRun } from "../../../../src/tekton/model.ts";
import {
  readBreakpoints,
  withoutBreakpoints,
} from "../../../../src/tekton/breakpoint/debug_spec.ts";
import { refusal } from "../../../support/refusal.ts";

function pipelineRun(debug?: unknown): PipelineRun {
  return { kind: "PipelineRun", metadata: { name: "r" }, spec: { debug } };
}

function taskRun(debug?: unknown): TaskRun {
  return { kind: "TaskRun", metadata: { generateName: "r-" }, spec: { debug } };
}

Deno.test("the TEP's own examples are read", () => {
  assert.deepEqual(readBreakpoints(taskRun({ breakpoint: ["onSteps"], steps: ["step-name"] })), {
    tasks: [],
    steps: [{ step: "step-name" }],
  });
  assert.deepEqual(readBreakpoints(pipelineRun({ breakpoint: ["onTasks"], tasks: ["a", "b"] })), {
    tasks: ["a", "b"],
    steps: [],
  });
});

Deno.test("both kinds work together, and a repeated name counts once", () => {
  const debug = {
    breakpoint: ["onSteps", "onTasks"],
    tasks: ["a", "a"],
    steps: ["a/x", "b/y/z", "a/x"],
  };
  assert.deepEqual(readBreakpoints(pipelineRun(debug)), {
    tasks: ["a"],
    steps: [{ task: "a", step: "x" }, { task: "b", step: "y/z" }],
  });
});

Deno.test("a run without the TEP's fields has no breakpoints; Tekton's own do not count", () => {
  assert.equal(readBreakpoints(pipelineRun()), undefined);
  assert.equal(readBreakpoints(taskRun({ breakpoints: { onFailure: "enabled" } })), undefined);
});

for (
  const [why, run] of [
    ["it is not an object", taskRun("onSteps")],
    ['breakpoint "onFire" is not one of onTasks, onSteps', taskRun({ breakpoint: ["onFire"] })],
    ["breakpoint is not a list of names", taskRun({ breakpoint: "onSteps", steps: ["a"] })],
    ["steps is not a list of names", taskRun({ breakpoint: ["onSteps"], steps: [1] })],
    ["breakpoint onSteps needs steps", taskRun({ breakpoint: ["onSteps"] })],
    ["steps needs breakpoint onSteps", taskRun({ steps: ["a"] })],
    [
      "a TaskRun has steps to hold at, not tasks",
      taskRun({ breakpoint: ["onTasks"], tasks: ["a"] }),
    ],
    [
      'step "a" of a Pipeline\'s task is written task/step',
      pipelineRun({ breakpoint: ["onSteps"], steps: ["a"] }),
    ],
  ] as const
) {
  Deno.test(`a spec.debug is refused: ${why}`, () => {
    const name = run.kind === "TaskRun" ? 'TaskRun "r-"' : 'PipelineRun "r"';
    assert.equal(
      refusal(() => readBreakpoints(run)),
      `Cannot hold ${name} by its spec.debug: ${why}\n` +
        "see TEP-0149: breakpoint: [onTasks], tasks: [NAME]",
    );
  });
}

Deno.test("the TEP's fields are removed, and the rest stays", () => {
  const debug = { breakpoint: ["onSteps"], steps: ["a"], tasks: [] };
  assert.deepEqual(withoutBreakpoints(taskRun(debug)).spec, {});
  const native = { breakpoints: { onFailure: "enabled" } };
  const run = { ...taskRun({ ...debug, ...native }) };
  run.spec.timeout = "5m";
  assert.deepEqual(withoutBreakpoints(run).spec, { timeout: "5m", debug: native });
});
