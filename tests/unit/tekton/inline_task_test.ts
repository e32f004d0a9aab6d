import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { inlineTask, type ReadTask } from "../../../src/tekton/inline_task.ts";
import type { TaskRef } from "../../../src/tekton/model.ts";

/** The label and the context that say the Task's name, once it is inline. */
function names(taskRef: TaskRef, task: Omit<ReadTask, "spec">) {
  const spec = { steps: [{ image: "i", script: "echo $(context.task.name)" }] };
  const options = { pipeline: {}, params: [], bound: [] };
  const { taskSpec } = inlineTask({ name: "t", taskRef }, { ...task, spec }, options);
  return [taskSpec!.metadata!.labels!["tekton.dev/task"], taskSpec!.steps![0].script];
}

const GIT = { resolver: "git", params: [{ name: "name", value: "other" }] };
const OWN = { metadata: { name: "own" } };

Deno.test("a Task by name has that name", () => {
  assert.deepEqual(names({ name: "own" }, OWN), ["own", "echo own"]);
});

Deno.test("a Task from a resolver has the name of its metadata", () => {
  assert.deepEqual(names(GIT, OWN), ["own", "echo own"]);
  assert.deepEqual(names({ ...GIT, name: "https://x/y" }, OWN), ["own", "echo own"]);
});

Deno.test("a Task from a resolver need not have a name", () => {
  assert.deepEqual(names(GIT, { metadata: {} }), ["", "echo "]);
});

// Seen in Tekton 1.9: while the StepActions are on their way the Task's name is forgotten.
Deno.test("with remote StepActions the context is the reference's name, or the TaskRun's", () => {
  const task = { ...OWN, hasRemoteSteps: true };
  assert.deepEqual(names(GIT, task), ["own", "echo $(context.task.name)"]);
  assert.deepEqual(names({ ...GIT, name: "https://x/y" }, task), ["own", "echo https://x/y"]);
  assert.deepEqual(names({ name: "own" }, task), ["own", "echo own"]);
});
