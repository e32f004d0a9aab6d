import assert from "node:assert/strict";
import { checkWatchedRun, type WatchedPlace } from "../../../../src/commands/turns/check_watch.ts";
import type { HeldStep } from "../../../../src/tekton/breakpoint/hold_steps.ts";
import type { PipelineRun, TaskSpec, TaskWorkspace } from "../../../../src/tekton/model.ts";
import { refusal } from "../../../support/refusal.ts";

const READ_ONLY: TaskWorkspace = { name: "code", readOnly: true };
const TEST: HeldStep = { task: "test", step: "run", targetStep: "run", mode: "before" };

function check(
  spec: TaskSpec,
  place: Partial<WatchedPlace> = {},
  held: readonly HeldStep[] = [TEST],
): void {
  const run: PipelineRun = {
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: {
      workspaces: [{ name: "source", emptyDir: {} }, { name: "extra", emptyDir: {} }],
      pipelineSpec: {
        tasks: [
          {
            name: "test",
            taskSpec: { steps: [{ name: "run", script: "make" }], ...spec },
            workspaces: [{ name: "code", workspace: "source" }],
          },
          { name: "lint", taskSpec: { steps: [{ name: "run", script: "x" }] } },
        ],
      },
    },
  };
  const runManifest = { inline: () => run };
  checkWatchedRun({ runManifest, held: [...held] }, { hasUpload: true, ...place });
}

Deno.test("a watched step needs a workspace that can be written", () => {
  check({ workspaces: [{ name: "code" }] });
  check({ workspaces: [READ_ONLY, { name: "extra" }] });
  const why = 'Cannot upload into step "test/run": none of its workspaces can be written ' +
    '("code": the Task mounts it read-only)\n' +
    "choose another step";
  for (const hasUpload of [true, false]) {
    assert.equal(refusal(() => check({ workspaces: [READ_ONLY] }, { hasUpload })), why);
  }
  check({}); // Tekton mounts what the task binds, declared or not
  const lint = { ...TEST, task: "lint" };
  assert.match(refusal(() => check({}, {}, [lint])), /step "lint\/run": it has no workspace\n/);
});

Deno.test("a workspace that only other steps list is not the watched step's", () => {
  const workspaces = [{ name: "code" }];
  const other = { name: "other", script: "x", workspaces };
  assert.match(
    refusal(() => check({ workspaces, steps: [{ name: "run", script: "make" }, other] })),
    /it has no workspace\n/,
  );
});

Deno.test("a step that may write elsewhere is left to the pause", () => {
  const steps = [{
    name: "run",
    script: "make",
    volumeMounts: [{ name: "v", mountPath: "/v" }],
  }];
  check({ workspaces: [READ_ONLY], steps });
  check({ workspaces: [READ_ONLY] }, { hasUpload: false, onDirectory: "/tmp/x" });
});

Deno.test("the workspace that the user names must be there and writable", () => {
  const workspaces = [READ_ONLY, { name: "extra" }];
  check({ workspaces }, { hasUpload: false, onWorkspace: "extra" });
  for (
    const [onWorkspace, why] of [
      ["code", /workspace "code" of step "test\/run": the Task mounts it read-only\n/],
      ["none", /workspace "none" of step "test\/run": it has no workspace of that name\n/],
    ] as const
  ) {
    assert.match(refusal(() => check({ workspaces }, { hasUpload: false, onWorkspace })), why);
  }
});

Deno.test("a step that is held without a shell cannot be watched", () => {
  const held = { ...TEST, step: "before-run" };
  assert.match(
    refusal(() => check({ workspaces: [{ name: "code" }] }, {}, [held])),
    /^Cannot watch at step "test\/run": it is held without a shell, so its work runs once\n/,
  );
});

Deno.test("of steps that hold if they fail, one that can be watched is enough", () => {
  const failing = [TEST, { ...TEST, task: "lint" }]
    .map((step): HeldStep => ({ ...step, mode: "failure" }));
  check({ workspaces: [{ name: "code" }] }, {}, failing);
  assert.match(
    refusal(() => check({ workspaces: [READ_ONLY] }, {}, failing)),
    /^Cannot upload into step "test\/run"/,
  );
});
