import assert from "node:assert/strict";
import { mountedWorkspaces, paramsOf } from "../../../../src/tekton/breakpoint/held_facts.ts";
import type { TaskRun } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";

const RUN: TaskRun = {
  kind: "TaskRun",
  metadata: { name: "r" },
  spec: {
    params: [{ name: "given", value: "1" }],
    workspaces: [
      { name: "source", persistentVolumeClaim: { claimName: "c" }, subPath: "sub" },
      { name: "elsewhere", emptyDir: {} },
      { name: "keys", secret: { secretName: "s" } },
      { name: "fixed", emptyDir: {} },
    ],
  },
  status: {
    taskSpec: {
      params: [{ name: "given", default: "0" }, { name: "other", default: "x" }, { name: "none" }],
      workspaces: [
        { name: "source" },
        { name: "elsewhere", mountPath: "/mnt/e/" },
        { name: "keys" },
        { name: "fixed", readOnly: true },
        { name: "unbound", optional: true },
      ],
      steps: [{ name: "s", workspaces: [{ name: "keys", mountPath: "/own" }] }],
    },
  },
};

const POD: Pod = {
  metadata: { name: "p" },
  spec: {
    containers: [{
      name: "step-s",
      volumeMounts: ["/workspace/source", "/mnt/e", "/own", "/workspace/fixed"]
        .map((mountPath) => ({ name: "v", mountPath })),
    }, { name: "step-t", volumeMounts: [{ name: "v", mountPath: "/mnt/e" }] }],
  },
};

Deno.test("a container's workspaces have their paths and bound volumes", () => {
  assert.deepEqual(mountedWorkspaces(RUN, POD, "step-s"), [
    { name: "source", path: "/workspace/source", bound: "claim c, sub" },
    { name: "elsewhere", path: "/mnt/e", bound: "emptyDir" },
    { name: "keys", path: "/own", bound: "secret s", whyReadOnly: "it is a secret" },
    {
      name: "fixed",
      path: "/workspace/fixed",
      bound: "emptyDir",
      whyReadOnly: "the Task mounts it read-only",
    },
  ]);
});

Deno.test("another step's container has the workspaces that it mounts", () => {
  assert.deepEqual(mountedWorkspaces(RUN, POD, "step-t").map(({ name }) => name), ["elsewhere"]);
});

Deno.test("a renamed param has the Task's name for it", () => {
  const params = [{ name: "who-of-work", value: "Ada" }, { name: "out-of-order", value: "x" }];
  const labels = { "tekton.dev/pipelineTask": "work" };
  assert.deepEqual(paramsOf({ kind: "TaskRun", metadata: { labels }, spec: { params } }), [
    { name: "who", value: "Ada" },
    { name: "out-of-order", value: "x" },
  ]);
});

Deno.test("params are the given ones and the defaults of the others", () => {
  assert.deepEqual(paramsOf(RUN), [{ name: "given", value: "1" }, { name: "other", value: "x" }]);
});
