import assert from "node:assert/strict";
import type { TaskRun, TaskSpec } from "../../../../src/tekton/model.ts";
import { gateArguments, gateScript } from "../../../../src/step/gate_script.ts";
import { heldDestination } from "../../../../src/tekton/source/held_destination.ts";

/** A TaskRun as Tekton has filled it in, with a gate in the step that holds. */
const CLONE: TaskSpec = {
  params: [{ name: "url" }, { name: "subdirectory-of-get", default: "source" }],
  results: [{ name: "commit" }],
  workspaces: [{ name: "output" }, { name: "basic-auth", optional: true }],
  steps: [
    { name: "clone", image: "i", script: "gate\nprintf x >/tekton/results/commit" },
    { name: "check", image: "j", script: "check" },
  ],
};
const MOUNTED = [{ name: "output", path: "/workspace/output", bound: "claim c" }];

function taskRun(taskSpec: TaskSpec, subdirectory?: string): TaskRun {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { name: "r", labels: { "tekton.dev/pipelineTask": "get" } },
    spec: {
      params: subdirectory === undefined
        ? []
        : [{ name: "subdirectory-of-get", value: subdirectory }],
      workspaces: [{ name: "output", persistentVolumeClaim: { claimName: "c" } }],
    },
    status: { taskSpec },
  };
}

function place(run: TaskRun, step = "clone", mounted = MOUNTED) {
  return heldDestination(run, { owner: "step", step, mounted });
}

Deno.test("an upload into a held clone goes where the param says, by default or by the run", () => {
  const path = "/workspace/output";
  assert.deepEqual(place(taskRun(CLONE)), { path, directory: "source" });
  assert.deepEqual(place(taskRun(CLONE, "build-42")), { path, directory: "build-42" });
  assert.throws(() => place(taskRun(CLONE, "../x")), /it leads out of the workspace/);
});

Deno.test("other steps, and Tasks that do not clone, have no such target", () => {
  assert.equal(place(taskRun(CLONE), "check"), undefined);
  assert.equal(place(taskRun({ ...CLONE, results: [] })), undefined);
});

Deno.test("without a workspace the target is the volume that later steps share, not the gate's", () => {
  const mount = (name: string, mountPath: string) => ({ volumeMounts: [{ name, mountPath }] });
  const gate = { name: "tkn-dev-abc", mountPath: "/tkn-dev" };
  const spec: TaskSpec = {
    ...CLONE,
    workspaces: [{ name: "basic-auth", optional: true }],
    volumes: [{ name: "workdir", emptyDir: {} }, { name: "tkn-dev-abc", emptyDir: {} }],
    steps: [
      { ...CLONE.steps![0], volumeMounts: [{ name: "workdir", mountPath: "/var/workdir" }, gate] },
      {
        name: "pack",
        image: "j",
        script: "tar c /var/workdir/source",
        volumeMounts: [...mount("workdir", "/var/workdir").volumeMounts, gate],
      },
    ],
  };
  assert.deepEqual(place(taskRun(spec), "clone", []), {
    path: "/var/workdir",
    directory: "source",
  });
});

Deno.test("a gate in the step's place hides neither its script nor its command line", () => {
  const options = { step: "clone", mode: "before", carries: true, hidden: false } as const;
  const gate = (own: string | undefined, args: string[]) => ({
    script: gateScript({ ...options, plain: [], secret: [], own }),
    args: gateArguments({ watchdogSeconds: 600, workspacePath: "", own: args }),
  });
  const held = (step: { script: string; args: string[] }) => {
    const spec = { ...CLONE, params: [{ name: "url" }], steps: [{ name: "clone", ...step }] };
    return place(taskRun(spec));
  };
  const path = "/workspace/output";
  const script = `cd -P -- ${path}\nmkdir -p src && cd src\ngit clone "$1" .`;
  assert.deepEqual(held(gate(script, ["u"])), { path, directory: "src" });
  assert.deepEqual(held(gate(undefined, ["git", "clone", "u", `${path}/app`])), {
    path,
    directory: "app",
  });
});
