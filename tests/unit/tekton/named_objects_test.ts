import assert from "node:assert/strict";
import type { PipelineRun, TaskRun } from "../../../src/tekton/model.ts";
import { namedObjects } from "../../../src/tekton/named_objects.ts";

Deno.test("a run names the objects of its workspaces, accounts and pod templates", () => {
  const podTemplate = {
    volumes: [{ name: "v", configMap: { name: "certificates" } }],
    env: [
      { name: "A", valueFrom: { secretKeyRef: { name: "token", key: "k" } } },
      { name: "B", valueFrom: { configMapKeyRef: { name: "c", key: "k", optional: true } } },
      { name: "C", value: "x" },
    ],
  };
  const run: PipelineRun = {
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: {
      workspaces: [
        { name: "source", persistentVolumeClaim: { claimName: "pvc" } },
        { name: "settings", configMap: { name: "settings" } },
        { name: "maybe", secret: { secretName: "s", optional: true } },
        { name: "keys", secret: { secretName: "keys" } },
        { name: "both", projected: { sources: [{ secret: { name: "p" } }, { downwardAPI: {} }] } },
        { name: "new", volumeClaimTemplate: { spec: {} } },
        { name: "empty", emptyDir: {} },
      ],
      taskRunTemplate: { serviceAccountName: "robot", podTemplate },
      taskRunSpecs: [{ pipelineTaskName: "build", serviceAccountName: "builder", podTemplate }],
    },
  };
  assert.deepEqual(
    namedObjects(run).map(({ kind, name, owner }) => [kind, name, owner]),
    [
      ["claim", "pvc", 'workspace "source"'],
      ["config map", "settings", 'workspace "settings"'],
      ["secret", "keys", 'workspace "keys"'],
      ["secret", "p", 'workspace "both"'],
      ["service account", "robot", undefined],
      ["config map", "certificates", "the pod template"],
      ["secret", "token", "the pod template"],
      ["service account", "builder", 'task "build"'],
    ],
  );
});

Deno.test("a TaskRun names its own account; a name with a variable is not known yet", () => {
  const run: TaskRun = {
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: {
      serviceAccountName: "robot",
      workspaces: [{ name: "w", persistentVolumeClaim: { claimName: "$(params.claim)" } }],
    },
  };
  assert.deepEqual(namedObjects(run), [{ kind: "service account", name: "robot" }]);
});

Deno.test("what only tasks need that are sure to be skipped is not named", () => {
  const when = [{ input: "$(params.mode)", operator: "in", values: ["full"] }];
  const run = (mode: string): PipelineRun => ({
    kind: "PipelineRun",
    metadata: { name: "r" },
    spec: {
      params: [{ name: "mode", value: mode }],
      workspaces: [
        { name: "shared", persistentVolumeClaim: { claimName: "shared" } },
        { name: "cache", persistentVolumeClaim: { claimName: "cache" } },
        { name: "settings", configMap: { name: "settings" } },
        { name: "keys", secret: { secretName: "keys" } },
        { name: "unused", secret: { secretName: "unused" } },
      ],
      taskRunSpecs: [
        {
          pipelineTaskName: "full",
          serviceAccountName: "builder",
          podTemplate: { volumes: [{ name: "v", configMap: { name: "certificates" } }] },
        },
        { pipelineTaskName: "quick", serviceAccountName: "robot" },
      ],
      pipelineSpec: {
        tasks: [
          { name: "quick", workspaces: [{ name: "w", workspace: "shared" }] },
          {
            name: "full",
            when,
            workspaces: [{ name: "w", workspace: "shared" }, { name: "cache" }],
            taskSpec: { workspaces: [{ name: "settings" }] },
          },
        ],
        finally: [{ name: "sign", when, workspaces: [{ name: "keys" }] }],
      },
    },
  });
  const names = (mode: string) => namedObjects(run(mode)).map(({ name }) => name);
  assert.deepEqual(names("quick"), ["shared", "unused", "robot"]);
  assert.deepEqual(
    names("full"),
    ["shared", "cache", "settings", "keys", "unused", "builder", "certificates", "robot"],
  );
});
