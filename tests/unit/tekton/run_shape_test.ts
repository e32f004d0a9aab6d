import assert from "node:assert/strict";
import { type CheckedRun, checkedRun } from "../../../src/tekton/run_shape.ts";
import { refusal } from "../../support/refusal.ts";

function run(spec: Record<string, unknown>, metadata = {}): CheckedRun {
  return { apiVersion: "tekton.dev/v1", kind: "PipelineRun", metadata, spec };
}

Deno.test("null fields are removed, and nothing else changes", () => {
  const step = { name: "s", script: "", args: null, env: null };
  const given = run({
    params: null,
    pipelineSpec: {
      finally: null,
      tasks: [{ name: "a", matrix: null, taskSpec: { steps: [step] } }],
    },
    podTemplate: { own: [null, { deep: null }], zero: 0, empty: "", no: false },
  });
  assert.deepEqual(
    checkedRun(given, "x"),
    run({
      pipelineSpec: { tasks: [{ name: "a", taskSpec: { steps: [{ name: "s", script: "" }] } }] },
      podTemplate: { own: [null, {}], zero: 0, empty: "", no: false },
    }),
  );
});

for (
  const [spec, why] of [
    [{ params: {} }, "spec.params is not a list"],
    [{ params: [null] }, "spec.params[0] is not an object"],
    [{ params: [{ name: 5 }] }, "spec.params[0].name is not a string"],
    [{ params: [{ value: "x" }] }, "spec.params[0].name is missing"],
    [{ params: [{ name: "a" }] }, "spec.params[0].value is missing"],
    [{ params: [{ name: "a", value: null }] }, "spec.params[0].value is missing"],
    [
      { pipelineSpec: { tasks: [{ name: "a", params: [{ name: "a" }] }] } },
      "spec.pipelineSpec.tasks[0].params[0].value is missing",
    ],
    [
      { taskSpec: { params: [{ name: "a" }], steps: [{ name: "s", params: [{ name: "a" }] }] } },
      "spec.taskSpec.steps[0].params[0].value is missing",
    ],
    [{ pipelineSpec: [] }, "spec.pipelineSpec is not an object"],
    [{ pipelineSpec: { tasks: {} } }, "spec.pipelineSpec.tasks is not a list"],
    [
      { pipelineSpec: { finally: [{ name: "a", taskSpec: { steps: ["x"] } }] } },
      "spec.pipelineSpec.finally[0].taskSpec.steps[0] is not an object",
    ],
    [
      { taskSpec: { stepTemplate: { args: [1] } } },
      "spec.taskSpec.stepTemplate.args[0] is not a string",
    ],
  ] as const
) {
  Deno.test(`a run is refused if ${why}`, () => {
    assert.match(
      refusal(() => checkedRun(run(spec), "Cannot create")),
      RegExp(
        `^Cannot create: ${why.replaceAll(/[[\].]/g, "\\$&")}\nkubectl `,
      ),
    );
  });
}
