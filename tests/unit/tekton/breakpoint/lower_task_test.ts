import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { parseAllDocuments } from "npm:yaml@2.9.1";
import objects from "../../../scenarios/objects.yaml" with { type: "text" };
import { lowerTask as lower, type TaskUpload } from "../../../support/lower_upload.ts";
import type { Step, Task, TaskRun, TaskSpec } from "../../../../src/tekton/model.ts";
import type { Named } from "../../../../src/kube/interface.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { heldStep } from "../../../../src/tekton/breakpoint/replace_steps.ts";
import { GATE, HOLD, into } from "../../../support/fake_gate.ts";

function lowerTask(upload: TaskUpload): TaskRun {
  return lower(upload).inline();
}

const BEFORE = { replaced: [], at: 0 };
const MOUNT = { name: "gate-abc", mountPath: "/gate" };
const HELD = { script: HOLD, args: ["600", "$(workspaces.source.path)"] };

/** An upload into `source` that replaces the step of that index, or comes before the first. */
function upload(spec: TaskSpec, index?: number, rest: Partial<TaskUpload> = {}): TaskUpload {
  return deepFreeze({
    task: { kind: "Task", metadata: { name: "t" }, spec },
    standIn: index === undefined ? BEFORE : { replaced: [index], at: index },
    destination: into("source"),
    gate: GATE,
    namespace: "ns",
    params: [],
    workspaces: [],
    ...rest,
  });
}

function lowered(spec: TaskSpec, index?: number): TaskSpec {
  return JSON.parse(JSON.stringify(lowerTask(upload(spec, index)).spec.taskSpec));
}

const TWO: TaskSpec = {
  steps: [{ name: "a", image: "i" }, { name: "b", image: "j", script: "x" }],
};

Deno.test("the Task t-steps becomes this TaskRun, with a step before its first", () => {
  const task = parseAllDocuments(objects).map((document) => document.toJS() as Named<Task>)
    .find((one) => one.metadata.name === "t-steps")!;
  const run = lowerTask(upload(task.spec, undefined, {
    task,
    params: [{ name: "greeting", value: "hi" }],
    workspaces: [{ name: "source", emptyDir: {} }],
    serviceAccount: "builder",
  }));
  assert.deepEqual(JSON.parse(JSON.stringify(run)), {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: {
      generateName: "t-steps-run-",
      namespace: "ns",
      labels: { "tkn-dev/task": "t-steps" },
      annotations: {},
    },
    spec: {
      params: [{ name: "greeting", value: "hi" }],
      workspaces: [{ name: "source", emptyDir: {} }],
      serviceAccountName: "builder",
      taskSpec: {
        ...task.spec,
        steps: [
          { name: "upload", image: "localhost/busybox:1", ...HELD, volumeMounts: [MOUNT] },
          ...task.spec.steps!,
        ],
        volumes: [{ name: "gate-abc", emptyDir: {} }],
      },
    },
  });
});

Deno.test("a gate in place of a step keeps everything but the step's work and conditions", () => {
  const step: Step = {
    name: "b",
    image: "j",
    command: ["x"],
    args: ["y"],
    env: [{ name: "A", value: "1" }],
    workingDir: "/w",
    results: [{ name: "r" }],
    volumeMounts: [{ name: "own", mountPath: "/own" }],
    securityContext: { runAsUser: 1 },
    when: [{}],
    onError: "continue",
    timeout: "1s",
  };
  const { steps, volumes } = lowered(
    { steps: [TWO.steps![0], step], volumes: [{ name: "own" }] },
    1,
  );
  assert.deepEqual(steps, [TWO.steps![0], {
    name: "b",
    image: "j",
    ...HELD,
    env: [{ name: "A", value: "1" }],
    workingDir: "/w",
    results: [{ name: "r" }],
    volumeMounts: [{ name: "own", mountPath: "/own" }, MOUNT],
    securityContext: { runAsUser: 1 },
  }]);
  assert.deepEqual(volumes, [{ name: "own" }, { name: "gate-abc", emptyDir: {} }]);
});

Deno.test("the step before the first has the first step's image and user, and not its work", () => {
  const first: Step = {
    name: "a",
    image: "i",
    script: "work",
    securityContext: { runAsUser: 1 },
    env: [{ name: "A" }],
    workingDir: "/does-not-exist-yet",
  };
  const { steps } = lowered({ steps: [first] });
  const gate = { name: "upload", image: "i", securityContext: { runAsUser: 1 } };
  assert.deepEqual(steps, [{ ...gate, ...HELD, volumeMounts: [MOUNT] }, first]);
});

Deno.test("unnamed steps keep their names after their index has shifted", () => {
  const { steps } = lowered({ steps: [{ image: "i" }, { image: "j" }] });
  assert.deepEqual(steps!.map((step) => step.name), ["upload", "unnamed-0", "unnamed-1"]);
});

Deno.test("the step that holds has a unique name", () => {
  const names = (...names: string[]) => ({ steps: names.map((name) => ({ name, image: "i" })) });
  const held = (spec: TaskSpec, index?: number) => heldStep(spec, upload(spec, index).standIn);
  assert.equal(held(names("a")), "upload");
  assert.equal(held(names("upload", "upload-2")), "upload-3");
  assert.equal(held(names("a", "b"), 1), "b");
  assert.equal(held({ steps: [{ image: "i" }] }, 0), "unnamed-0");
  assert.equal(lowered(names("upload"))!.steps![0].name, "upload-2");
});

Deno.test("if steps ask for the workspace, the step before the first asks too", () => {
  const asked = [{ name: "source", mountPath: "/src" }];
  const first = { name: "a", image: "i", workspaces: [{ name: "other" }, ...asked] };
  assert.deepEqual(lowered({ steps: [first] }).steps![0].workspaces, asked);
  assert.equal("workspaces" in lowered(TWO).steps![0], false);
});

Deno.test("a template's command moves into the steps that rely on it, and its env stays", () => {
  const { steps, stepTemplate } = lowered({
    stepTemplate: { command: ["tool"], args: ["--all"], env: [{ name: "A" }] },
    steps: [
      { name: "none", image: "i" },
      { name: "own-command", image: "i", command: ["x"] },
      { name: "own-args", image: "i", args: ["y"] },
      { name: "empty", image: "i", command: [], args: [] },
      { name: "action", ref: { name: "act" } },
    ],
  }, 1);
  assert.deepEqual(steps, [
    { name: "none", image: "i", command: ["tool"], args: ["--all"] },
    { name: "own-command", image: "i", ...HELD, volumeMounts: [MOUNT] },
    { name: "own-args", image: "i", command: ["tool"], args: ["y"] },
    { name: "empty", image: "i", command: ["tool"], args: ["--all"] },
    { name: "action", ref: { name: "act" } },
  ]);
  assert.deepEqual(stepTemplate, { env: [{ name: "A" }] });
});

Deno.test("a template without a command stays verbatim, and a script takes its args", () => {
  const stepTemplate = { image: "i", env: [{ name: "A" }] };
  assert.deepEqual(lowered({ ...TWO, stepTemplate }).stepTemplate, stepTemplate);
  const { steps } = lowered({ stepTemplate: { args: ["x"] }, steps: TWO.steps }, 0);
  assert.deepEqual(steps![1], { name: "b", image: "j", script: "x", args: ["x"] });
});

Deno.test("the variable of the Task's name becomes literal", () => {
  const steps = [{ name: "a", image: "i", script: "$(context.task.name) $(context.taskRun.name)" }];
  assert.equal(lowered({ steps }).steps![1].script, "t $(context.taskRun.name)");
});

Deno.test("labels are the Task's with its name, without kubectl's copy", () => {
  const metadata = {
    name: "t",
    labels: { a: "b", "tekton.dev/task": "another" },
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", c: "d" },
  };
  const run = lowerTask(upload(TWO, undefined, {
    task: { metadata, spec: TWO },
  }));
  assert.deepEqual(run.metadata.labels, { a: "b", "tkn-dev/task": "t" });
  assert.deepEqual(run.metadata.annotations, { c: "d" });
  assert.equal("serviceAccountName" in run.spec, false);
});

Deno.test("a separate image takes the upload, in place of a step and before the first", () => {
  const image = "busybox";
  const images = (spec: TaskSpec) => spec.steps!.map((step) => step.image);
  assert.deepEqual(images(lowerTask(upload(TWO, 1, { image })).spec.taskSpec!), ["i", "busybox"]);
  assert.deepEqual(images(lowerTask(upload(TWO, undefined, { image })).spec.taskSpec!), [
    "busybox",
    "i",
    "j",
  ]);
});
