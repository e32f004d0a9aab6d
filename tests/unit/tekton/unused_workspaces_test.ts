import "../../support/no_env.ts";
import assert from "node:assert/strict";
import type { PipelineTask } from "../../../src/tekton/model.ts";
import { unusedWorkspaces, withoutWorkspaces } from "../../../src/tekton/unused_workspaces.ts";

const BEFORE: PipelineTask = {
  name: "clone",
  workspaces: [{ name: "output", workspace: "source" }, { name: "basic-auth", workspace: "auth" }],
};
const AFTER: PipelineTask = { ...BEFORE, workspaces: [BEFORE.workspaces![0]] };

function unused(...others: PipelineTask[]): string[] {
  const spec = { tasks: [BEFORE, ...others] };
  return unusedWorkspaces({ spec }, BEFORE, AFTER);
}

Deno.test("a workspace that only the clone bound is unused after it is replaced", () => {
  assert.deepEqual(unused(), ["auth"]);
  assert.deepEqual(unused({ name: "test", workspaces: [{ name: "source" }] }), ["auth"]);
});

Deno.test("a workspace that another task binds, declares or mentions is still used", () => {
  const script = "cat $(workspaces.auth.path)/token";
  for (
    const other of [
      { workspaces: [{ name: "x", workspace: "auth" }] },
      { workspaces: [{ name: "auth" }] },
      { taskSpec: { workspaces: [{ name: "auth" }] } },
      { taskSpec: { steps: [{ script }] } },
      { taskSpec: { steps: [{ script: 'ls $(workspaces["auth"].path)' }] } },
      { params: [{ name: "bound", value: "$(workspaces.auth.bound)" }] },
      { params: [{ name: "bound", value: '$(workspaces["auth"].bound)' }] },
    ]
  ) assert.deepEqual(unused({ name: "other", ...other }), [], JSON.stringify(other));
});

Deno.test("a Task's own workspace of the same name is not the run's", () => {
  const taskSpec = {
    workspaces: [{ name: "auth" }],
    steps: [{ script: "ls $(workspaces.auth.path)" }],
  };
  const workspaces = [{ name: "auth", workspace: "source" }];
  assert.deepEqual(unused({ name: "other", taskSpec, workspaces }), ["auth"]);
});

Deno.test("the Pipeline and the run lose these workspaces", () => {
  const all = [{ name: "source" }, { name: "auth" }];
  const run = {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun" as const,
    metadata: {},
    spec: { workspaces: all },
  };
  const changed = withoutWorkspaces({ spec: { workspaces: all } }, run, ["auth"]);
  assert.deepEqual(changed.pipeline.spec.workspaces, [{ name: "source" }]);
  assert.deepEqual(changed.run.spec.workspaces, [{ name: "source" }]);
});
