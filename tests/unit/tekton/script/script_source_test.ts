import assert from "node:assert/strict";
import type { PipelineSpec, TaskRef, TaskSpec } from "../../../../src/tekton/model.ts";
import {
  patchCommand,
  scriptPatch,
  scriptPlace,
  type ScriptSource,
  sourceName,
} from "../../../../src/tekton/script/script_source.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";

const TASK: TaskSpec = deepFreeze({
  steps: [
    { name: "prepare", image: "i", command: ["true"] },
    { image: "i", script: "make\n" },
    { name: "report", ref: { name: "notify" } },
    { name: "scan", ref: { resolver: "git" } },
    {
      name: "sign",
      ref: {
        resolver: "cluster",
        params: [
          { name: "kind", value: "stepaction" },
          { name: "namespace", value: "shared" },
          { name: "name", value: "cosign" },
        ],
      },
    },
  ],
});
const PIPELINE: PipelineSpec = deepFreeze({
  tasks: [
    { name: "build", taskRef: { name: "make", kind: "Task" } },
    { name: "test", taskSpec: TASK },
    { name: "far", taskRef: { resolver: "hub" } },
  ],
  finally: [{ name: "last", taskSpec: TASK }],
});
const [pipeline, task] = [{ spec: PIPELINE }, { spec: TASK }];

function place(name: string, ref?: TaskRef): ScriptSource | undefined {
  const [taskName, step] = name.split("/");
  return scriptPlace({ task: taskName, step }, { ref, pipeline, task });
}

Deno.test("the script of a step is in its Task", () => {
  const source = { kind: "Task", name: "make", path: "/spec/steps/1/script" };
  assert.deepEqual(place("build/unnamed-1", { name: "ci" }), source);
  assert.deepEqual(place("build/unnamed-1"), source, "of an inline Pipeline as well");
  const ofTaskRun = scriptPlace({ step: "unnamed-1" }, { ref: { name: "make" }, task });
  assert.deepEqual(ofTaskRun, source);
});

Deno.test("the script of an inline Task is in its Pipeline", () => {
  assert.deepEqual(place("test/unnamed-1", { name: "ci" }), {
    kind: "Pipeline",
    name: "ci",
    path: "/spec/tasks/1/taskSpec/steps/1/script",
  });
  assert.deepEqual(place("last/unnamed-1", { name: "ci" }), {
    kind: "Pipeline",
    name: "ci",
    path: "/spec/finally/0/taskSpec/steps/1/script",
  });
});

Deno.test("the script of a step with a StepAction is in the StepAction", () => {
  const source = { kind: "StepAction", name: "notify", path: "/spec/script" };
  assert.deepEqual(place("build/report"), source);
  assert.deepEqual(place("last/report"), source);
  assert.deepEqual(scriptPlace({ step: "report" }, { task }), source);
  assert.deepEqual(place("far/report"), source, "of a remote Task as well");
});

Deno.test("an object of the cluster resolver is on the cluster", () => {
  const source = { kind: "StepAction", name: "cosign", namespace: "shared", path: "/spec/script" };
  assert.deepEqual(place("build/sign"), source);
  const params = (kind: string, name: string) => [
    { name: "kind", value: kind },
    { name: "name", value: name },
    { name: "namespace", value: "shared" },
  ];
  const by = (kind: string, name: string) =>
    place("test/unnamed-1", { resolver: "cluster", params: params(kind, name) });
  assert.deepEqual(by("pipeline", "ci"), {
    kind: "Pipeline",
    name: "ci",
    namespace: "shared",
    path: "/spec/tasks/1/taskSpec/steps/1/script",
  });
  assert.equal(by("pipeline", "$(params.name)"), undefined);
  assert.equal(by("task", "ci"), undefined);
  assert.equal(place("test/unnamed-1", { resolver: "cluster" }), undefined);
});

Deno.test("an object from elsewhere can't be patched", () => {
  assert.equal(place("test/unnamed-1"), undefined, "an inline run");
  assert.equal(place("test/unnamed-1", { resolver: "git" }), undefined);
  assert.equal(place("far/unnamed-1", { name: "ci" }), undefined);
  assert.equal(place("build/scan", { name: "ci" }), undefined);
  assert.equal(scriptPlace({ step: "unnamed-1" }, { task }), undefined, "an inline TaskRun");
});

Deno.test("a step that has no script, or no longer exists, has no place", () => {
  assert.equal(place("build/prepare"), undefined);
  assert.equal(place("build/unnamed-2"), undefined);
  assert.equal(place("gone/unnamed-1", { name: "ci" }), undefined);
});

Deno.test("a source is named by its object and field", () => {
  assert.equal(sourceName(place("build/unnamed-1")!), "Task/make spec.steps[1].script");
  assert.equal(
    sourceName(place("last/unnamed-1", { name: "ci" })!),
    "Pipeline/ci spec.finally[0].taskSpec.steps[1].script",
  );
  assert.equal(sourceName(place("build/report")!), "StepAction/notify spec.script");
});

Deno.test("a patch only changes a script that is still the same", () => {
  assert.equal(
    scriptPatch(place("build/unnamed-1")!, "make\n", 'make "all"\n'),
    `[
  {
    "op": "test",
    "path": "/spec/steps/1/script",
    "value": "make\\n"
  },
  {
    "op": "replace",
    "path": "/spec/steps/1/script",
    "value": "make \\"all\\"\\n"
  }
]
`,
  );
});

Deno.test("the command that applies a patch names the namespace", () => {
  assert.equal(
    patchCommand(place("build/unnamed-1")!, { file: "make.json" }, "ci").join(" "),
    "kubectl patch task.tekton.dev make -n ci --type json --patch-file make.json",
  );
  assert.equal(
    patchCommand(place("build/sign")!, { file: "sign.json" }, "ci").join(" "),
    "kubectl patch stepaction.tekton.dev cosign -n shared --type json --patch-file sign.json",
  );
});
