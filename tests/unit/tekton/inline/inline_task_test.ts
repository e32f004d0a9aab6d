import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { holdPipelineRun } from "../../../../src/tekton/breakpoint/hold_run.ts";
import {
  inlineTask,
  type ReadTask,
  whyNotInline,
} from "../../../../src/tekton/inline/inline_task.ts";
import type {
  Param,
  ParamSpec,
  PipelineSpec,
  PipelineTask,
  TaskRef,
  TaskSpec,
} from "../../../../src/tekton/model.ts";
import { clashesInline } from "../../../support/webhook_model.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { GATE } from "../../../support/fake_gate.ts";

interface Parts {
  pipeline?: PipelineSpec;
  /** Parts of the Task; `script` is its first step's. */
  params?: ParamSpec[];
  script?: string;
  task?: TaskSpec;
  target?: Partial<PipelineTask>;
  bound?: string[];
}

/** The Task after inlining into the task `clone`. */
function inlined({ pipeline = {}, target, bound = [], ...parts }: Parts) {
  const { params, script, task } = parts;
  const one: PipelineTask = { name: "clone", taskRef: { name: "git-clone" }, ...target };
  const spec: TaskSpec = { params, steps: [{ image: "i", script }], ...task };
  const options = deepFreeze({ pipeline: { tasks: [one], ...pipeline }, params: [], bound });
  const result = inlineTask(deepFreeze(one), { spec: deepFreeze(spec) }, options);
  const why = whyNotInline(one, { spec }, options);
  return { ...result, why, taskSpec: result.taskSpec!, script: result.taskSpec!.steps![0].script };
}

const IMAGE: ParamSpec = { name: "image", type: "object", properties: { tag: { type: "string" } } };

Deno.test("a variable in a passed value has the value that it has by reference", () => {
  const params: Param[] = [
    { name: "by", value: "$(context.task.name)" },
    { name: "cache", value: ["$(workspaces.cache.path)/x", "$(workspaces.cache.bound)"] },
  ];
  const { params: passed } = inlined({
    target: { params, workspaces: [{ name: "cache", workspace: "unbound" }] },
    task: { workspaces: [{ name: "cache", optional: true }] },
  });
  assert.deepEqual(passed, [
    { name: "by", value: "git-clone" },
    { name: "cache", value: ["/x", "false"] },
  ]);
});

Deno.test("the Pipeline's workspace of the same name decides a passed variable", () => {
  const params = [{ name: "isCached", value: "$(workspaces.cache.bound)" }];
  const { params: passed } = inlined({
    pipeline: { workspaces: [{ name: "cache" }] },
    target: { params },
    task: { workspaces: [{ name: "cache", optional: true }] },
  });
  assert.deepEqual(passed, params);
});

Deno.test("a param is renamed if its name reads like a key of the Pipeline's object", () => {
  const one = inlined({
    pipeline: { params: [IMAGE] },
    params: [{ name: "image.tag", type: "string" }],
    script: `$(params.image.tag) $(params["image.tag"])`,
  });
  assert.equal(one.script, `$(params.image.tag-of-clone) $(params["image.tag-of-clone"])`);
});

Deno.test("an object is renamed if its key reads like a param of the Pipeline", () => {
  const one = inlined({
    pipeline: { params: [{ name: "image.tag", type: "string" }] },
    params: [IMAGE],
    script: "$(params.image.tag)",
  });
  assert.equal(one.script, "$(params.image-of-clone.tag)");
});

Deno.test("a param with a dot in its name is no key of a string param", () => {
  const one = inlined({
    pipeline: { params: [{ name: "image" }] },
    params: [{ name: "image" }, { name: "image.tag" }],
    script: "$(params.image) $(params.image.tag)",
  });
  assert.equal(one.script, "$(params.image-of-clone) $(params.image.tag)");
});

Deno.test("a passed but undeclared value is a param of the task too", () => {
  const one = inlined({
    pipeline: { params: [{ name: "image" }] },
    target: { params: [{ name: "image", value: "x" }] },
    script: "$(params.image)",
  });
  assert.deepEqual(one.params, [{ name: "image-of-clone", value: "x" }]);
  assert.equal(one.script, "$(params.image-of-clone)");
});

Deno.test("no two passed params get the same name, also ignoring case", () => {
  const passed = [
    { name: "image", value: "a" },
    { name: "image-of-clone", value: "b" },
    { name: "IMAGE-of-clone-2", value: "c" },
  ];
  const one = inlined({
    pipeline: { params: [{ name: "image" }] },
    target: { params: passed },
    params: [{ name: "image" }],
  });
  assert.deepEqual(one.params!.map((param) => param.name), [
    "image-of-clone-3",
    "image-of-clone",
    "IMAGE-of-clone-2",
  ]);
});

Deno.test("a param gets no name to which the Task's text already refers", () => {
  const one = inlined({
    pipeline: { params: [{ name: "image" }] },
    script: '$(params.image) $(params["image-of-clone"])',
    params: [{ name: "image" }],
  });
  assert.equal(
    one.taskSpec.steps![0].script,
    '$(params.image-of-clone-2) $(params["image-of-clone"])',
  );
});

Deno.test("only the default of a string refers to another param", () => {
  const params: ParamSpec[] = [
    { name: "image" },
    { name: "text", default: "$(params.image)" },
    { name: "list", type: "array", default: ["$(params.image)"] },
    { name: "map", type: "object", default: { a: "$(params.image)" } },
  ];
  const one = inlined({ pipeline: { params: [{ name: "image" }] }, params });
  assert.deepEqual(one.taskSpec.params!.map((param) => param.default), [
    undefined,
    "$(params.image-of-clone)",
    ["$(params.image)"],
    { a: "$(params.image)" },
  ]);
});

const refused: [what: string, variable: string, parts: Parts][] = [
  ["of a param that only the Pipeline has", "$(params.image)", {
    pipeline: { params: [{ name: "image" }] },
    task: { sidecars: [{ script: "$(params.image)" }] },
  }],
  ["of an object's key that only the Pipeline has", "$(params.image)", {
    pipeline: { params: [IMAGE] },
    task: { sidecars: [{ script: "$(params.image.tag)" }] },
  }],
  ["of a workspace that it does not declare, as Tekton would bind it", "$(workspaces.src.path)", {
    script: "# like $(workspaces.src.path)",
  }],
  ["of an unbound workspace, in a form that Tekton does not know", "$(workspaces.src.name)", {
    script: "$(workspaces.src.name)",
    task: { workspaces: [{ name: "src", optional: true }] },
  }],
  ["of another task's result", "$(tasks.a.results.b)", { script: "$(tasks.a.results.b)" }],
  ["of the Pipeline's task", "$(context.pipelineTask.retries)", {
    script: "$(context.pipelineTask.retries)",
  }],
];

for (const [what, variable, parts] of refused) {
  Deno.test(`a Task can't be inline if its text has a variable ${what}`, () => {
    const task = { steps: [{ image: "i", script: parts.script }], ...parts.task };
    assert.equal(
      inlined({ ...parts, task }).why,
      `the Task of "clone" has the text ${variable}, which would be filled in`,
    );
  });
}

Deno.test("a Task can't be inline if a list's default names a renamed param", () => {
  const params: ParamSpec[] = [
    { name: "host", default: "h" },
    { name: "list", type: "array", default: ["$(params.host)"] },
  ];
  assert.equal(inlined({ params }).why, undefined);
  assert.equal(
    inlined({ pipeline: { params: [{ name: "host" }] }, params }).why,
    "a default of its Task has the text $(params.host), which would name no param",
  );
});

Deno.test("a Task can be inline with variables that Tekton ignores or fills in from the Task", () => {
  const text = "$(tasks.a.results.b) $(params.image) $(workspaces.src.path)";
  const task: TaskSpec = {
    description: text,
    results: [{ name: "r", description: text }],
    steps: [{ image: "i" }],
    sidecars: [{ script: "$(params.other) $(params.image.other) $(params.image-x)" }],
  };
  const { taskSpec, why } = inlined({ pipeline: { params: [IMAGE] }, task });
  assert.deepEqual([taskSpec.description, why], [text, undefined]);
});

Deno.test("several inline Tasks have no param names in common", () => {
  const tasks = ["one", "two"].map((name) => ({ name, taskRef: { name } }));
  const [one, two] = (["array", "string"] as const).map((type): TaskSpec => ({
    params: [{ name: "files", type, default: type === "array" ? ["a"] : "a" }],
    steps: [{
      image: "i",
      command: ["ls"],
      args: ["$(params.files)"],
      workingDir: "$(params.files)",
    }],
  }));
  delete one.steps![0].workingDir;
  const { runManifest } = holdPipelineRun(
    { kind: "PipelineRun", metadata: {}, spec: {} },
    { metadata: { name: "p" }, spec: { tasks } },
    [{ target: tasks[0], task: { spec: one }, steps: [{ index: 0, mode: "before" }] }, {
      target: tasks[1],
      task: { spec: two },
      steps: [{ index: 0, mode: "before" }],
    }],
    { gate: GATE },
  );
  const { spec } = runManifest.inline();
  assert.deepEqual(
    spec.pipelineSpec!.tasks!.map((task) => task.taskSpec!.params![0].name),
    ["files", "files-of-two"],
  );
  assert.equal(clashesInline(spec.pipelineSpec!, []), undefined);
});

/** The inline Task's name in its label and in its text. */
function names(taskRef: TaskRef, task: Omit<ReadTask, "spec">) {
  const spec = { steps: [{ image: "i", script: "echo $(context.task.name)" }] };
  const options = { pipeline: {}, params: [], bound: [] };
  const { taskSpec } = inlineTask({ name: "t", taskRef }, { ...task, spec }, options);
  return [taskSpec!.metadata!.labels!["tkn-dev/task"], taskSpec!.steps![0].script];
}

const GIT = { resolver: "git", params: [{ name: "name", value: "other" }] };
const OWN = { metadata: { name: "own" } };

Deno.test("a Task by name has that name", () => {
  assert.deepEqual(names({ name: "own" }, OWN), ["own", "echo own"]);
});

Deno.test("a Task from a resolver has its metadata's name", () => {
  assert.deepEqual(names(GIT, OWN), ["own", "echo own"]);
  assert.deepEqual(names({ ...GIT, name: "https://x/y" }, OWN), ["own", "echo own"]);
});

Deno.test("a Task from a resolver may have no name", () => {
  assert.deepEqual(names(GIT, { metadata: {} }), ["", "echo "]);
});

// Tekton 1.9 forgets the Task's name while it waits for remote StepActions.
Deno.test("with remote StepActions the Task's name is the reference's, or the TaskRun's", () => {
  const task = { ...OWN, hasRemoteSteps: true };
  assert.deepEqual(names(GIT, task), ["own", "echo $(context.task.name)"]);
  assert.deepEqual(names({ ...GIT, name: "https://x/y" }, task), ["own", "echo https://x/y"]);
  assert.deepEqual(names({ name: "own" }, task), ["own", "echo own"]);
});

Deno.test("a renamed param has its new name in the matrix too", () => {
  const { matrix, taskSpec, script } = inlined({
    pipeline: { params: [{ name: "level" }, { name: "os" }] },
    params: [{ name: "level" }, { name: "os" }],
    script: "$(params.level) $(params.os)",
    target: {
      matrix: {
        params: [{ name: "level", value: ["a", "b"] }],
        include: [{ name: "one", params: [{ name: "os", value: "linux" }] }, { name: "two" }],
      },
    },
  });
  assert.deepEqual(matrix, {
    params: [{ name: "level-of-clone", value: ["a", "b"] }],
    include: [{ name: "one", params: [{ name: "os-of-clone", value: "linux" }] }, { name: "two" }],
  });
  assert.deepEqual(taskSpec.params!.map(({ name }) => name), ["level-of-clone", "os-of-clone"]);
  assert.equal(script, "$(params.level-of-clone) $(params.os-of-clone)");
});
