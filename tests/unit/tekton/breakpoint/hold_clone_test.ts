/** Runs whose clone does its own work, and then waits for the changes. */
import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import type { PipelineTask, TaskSpec } from "../../../../src/tekton/model.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { GATE, into, wholeOf } from "../../../support/fake_gate.ts";
import { lowerPipeline, lowerTask } from "../../../support/lower_upload.ts";

const revision = { name: "revision", value: "abc" };
const MOUNT = { name: "gate-abc", mountPath: "/gate" };

const CLONE: TaskSpec = {
  params: [{ name: "url" }, { name: "revision", default: "main" }],
  workspaces: [{ name: "output" }, { name: "ssh" }],
  results: [{ name: "commit" }],
  steps: [
    { name: "clone", image: "git", script: "#!/bin/sh\ngit clone\n", timeout: "1m" },
    { name: "check", image: "ubi", script: "check" },
  ],
};

/** The held step and those that stay. */
const STEPS = [
  {
    name: "clone",
    image: "git",
    timeout: "1m600s",
    script: "#!/bin/sh\nhold after\n#!/bin/sh\ngit clone\n",
    args: ["600", "$(workspaces.output.path)", "app"],
    volumeMounts: [MOUNT],
  },
  { name: "check", image: "ubi", script: "check" },
];

const COMMON = {
  destination: into("output", "app"),
  gate: GATE,
  namespace: "ns",
  ownClone: { revision, commitResults: [] },
};

function lowered(target: PipelineTask, spec: TaskSpec, leavesOut = false) {
  const run = lowerPipeline(deepFreeze({
    ...COMMON,
    pipeline: {
      kind: "Pipeline",
      metadata: { name: "p" },
      spec: {
        params: [{ name: "revision" }],
        workspaces: [{ name: "w" }, { name: "keys" }],
        tasks: [target],
      },
    },
    target,
    task: { metadata: { name: "fetch" }, spec },
    standIn: wholeOf(spec),
    params: [{ name: "revision", value: "main" }],
    workspaces: [{ name: "w", emptyDir: {} }, { name: "keys", secret: { secretName: "s" } }],
    leavesOut,
  })).inline();
  return JSON.parse(JSON.stringify(run)).spec;
}

const TARGET: PipelineTask = {
  name: "clone",
  taskRef: { name: "fetch" },
  retries: 2,
  params: [{ name: "url", value: "u" }, { name: "revision", value: "$(params.revision)" }],
  workspaces: [{ name: "output", workspace: "w" }, { name: "ssh", workspace: "keys" }],
};

Deno.test("in a Pipeline the clone keeps its steps, params and workspaces, at the commit", () => {
  const spec = lowered(TARGET, CLONE, true);
  const [clone] = spec.pipelineSpec.tasks;
  assert.deepEqual(clone.taskSpec.steps, STEPS);
  assert.equal(clone.retries, undefined);
  assert.deepEqual(clone.workspaces, TARGET.workspaces);
  assert.deepEqual(spec.workspaces.map(({ name }: { name: string }) => name), ["w", "keys"]);
  // The Pipeline has a param of that name too, which would win.
  const [, { name, value }] = clone.params;
  assert.deepEqual([name === "revision", value], [false, "abc"]);
  assert.ok(clone.taskSpec.params.some((param: { name: string }) => param.name === name));
  assert.deepEqual(spec.params, [{ name: "revision", value: "main" }]);
});

Deno.test("a Task that is inline declares the Pipeline's param, so as to get another value", () => {
  const steps = [{ name: "clone", image: "git", script: "git checkout $(params.revision)\n" }];
  const spec = lowered({ name: "clone", taskSpec: { steps } }, { steps });
  const [{ params, taskSpec }] = spec.pipelineSpec.tasks;
  assert.equal(params[0].value, "abc");
  assert.deepEqual(taskSpec.params, [{ name: params[0].name }]);
  assert.match(taskSpec.steps[0].script, new RegExp(`\\$\\(params.${params[0].name}\\)`));
});

Deno.test("a TaskRun gets the commit as the param, in place of the user's", () => {
  const params = [{ name: "revision", value: "main" }, { name: "url", value: "u" }];
  const run = lowerTask(deepFreeze({
    ...COMMON,
    task: { kind: "Task", metadata: { name: "t" }, spec: CLONE },
    standIn: wholeOf(CLONE),
    params,
    workspaces: [],
  })).inline();
  const { spec } = JSON.parse(JSON.stringify(run));
  assert.deepEqual(spec.params, [params[1], revision]);
  assert.deepEqual(spec.taskSpec.steps, STEPS);
  assert.deepEqual(spec.taskSpec.volumes, [{ name: "gate-abc", emptyDir: {} }]);
});
