import assert from "node:assert/strict";
import { runWorkspaces, taskWorkspaces, usedByTask } from "../../../src/tekton/handed_down.ts";
import type { EmbeddedTask, PipelineTask } from "../../../src/tekton/model.ts";

const NAMING: EmbeddedTask = {
  workspaces: [{ name: "own", mountPath: "/own" }],
  steps: [{ name: "s", image: "i", script: "ls $(workspaces.text.path) $(workspaces.own.path)" }],
  sidecars: [{ name: "c", image: "i", args: ["$(workspaces.beside.path)"] }],
  stepTemplate: { workingDir: "$(workspaces.template.path)" },
};
const BOUND = [{ name: "own", workspace: "a" }, { name: "undeclared", workspace: "b" }];

Deno.test("an inline Task has what its task binds, and the run's workspaces that it names", () => {
  const target: PipelineTask = { name: "t", taskSpec: NAMING, workspaces: BOUND };
  assert.deepEqual(taskWorkspaces(target, NAMING), [
    { name: "own", mountPath: "/own" },
    ...["undeclared", "text", "beside", "template"].map((name) => ({ name })),
  ]);
  assert.deepEqual(usedByTask(target), [
    ...BOUND,
    ...["text", "beside", "template"].map((name) => ({ name, workspace: name })),
  ]);
  const declaring = { name: "t", taskSpec: { workspaces: [{ name: "w" }] } };
  assert.deepEqual(usedByTask(declaring), [{ name: "w", workspace: "w" }]);
});

Deno.test("a Task that is referred to has the workspaces that it declares, and no others", () => {
  const target: PipelineTask = { name: "t", taskRef: { name: "x" }, workspaces: BOUND };
  assert.deepEqual(taskWorkspaces(target, NAMING), NAMING.workspaces);
  assert.deepEqual(taskWorkspaces(target, {}), []);
  assert.deepEqual(usedByTask(target), BOUND);
});

Deno.test("the inline Task of a TaskRun has all workspaces of the run", () => {
  const names = runWorkspaces(NAMING, [{ name: "given" }, { name: "own" }]).map(({ name }) => name);
  assert.deepEqual(names, ["own", "given"]);
});
