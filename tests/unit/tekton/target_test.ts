import assert from "node:assert/strict";
import type { PipelineTask } from "../../../src/tekton/model.ts";
import {
  checkHoldable,
  chooseStep,
  chooseTask,
  dependencies,
  stepName,
} from "../../../src/tekton/target.ts";
import { refusal } from "../../support/refusal.ts";

const OWNER = 'Pipeline "p"';

function task(name: string, rest: Partial<PipelineTask> = {}): PipelineTask {
  return { name, taskRef: { name: `${name}-task` }, ...rest };
}

const source = { workspaces: [{ name: "source" }] };

Deno.test("the task that is asked for is taken, from among the finally tasks too", () => {
  const spec = { tasks: [task("git-clone"), task("b")], finally: [task("c")] };
  assert.deepEqual(chooseTask(OWNER, spec, "b"), { task: spec.tasks[1] });
  assert.deepEqual(chooseTask(OWNER, spec, "c"), { task: spec.finally[0] });
});

Deno.test("a task that is not there is refused with those that are", () => {
  assert.equal(
    refusal(() => chooseTask(OWNER, { tasks: [task("a")], finally: [task("z")] }, "x")),
    'Cannot find task "x": Pipeline "p" has no such task\nits tasks: a, z',
  );
});

const clones: [what: string, PipelineTask][] = [
  ["its Task's name", task("fetch", { taskRef: { name: "git-clone" } })],
  ["a variant's name", task("fetch", { taskRef: { name: "openshift-git-clone-v2" } })],
  [
    "the name that a resolver is given",
    task("fetch", {
      taskRef: { resolver: "hub", params: [{ name: "name", value: "git-clone" }] },
    }),
  ],
  ["its own name", task("git-clone", { taskRef: undefined, taskSpec: { steps: [] } })],
];

for (const [what, clone] of clones) {
  Deno.test(`git-clone is known by ${what}`, () => {
    const chosen = chooseTask(OWNER, { tasks: [task("a"), clone, task("b")] }, undefined);
    assert.deepEqual(chosen, { task: clone, chosen: "it clones the repository" });
  });
}

Deno.test("a name that only contains the letters is no clone", () => {
  for (const name of ["legit-clones", "git-cloner", "digit-clone"]) {
    assert.match(
      refusal(() => chooseTask(OWNER, { tasks: [task(name)] }, undefined)),
      /^Cannot tell/,
    );
  }
});

Deno.test("two clones are one too many to guess", () => {
  const tasks = [task("git-clone"), task("git-clone-2")];
  assert.equal(
    refusal(() => chooseTask(OWNER, { tasks }, undefined)),
    'Cannot tell which task of Pipeline "p" the upload stands in for\n' +
      "name it with --on-task; its tasks: git-clone, git-clone-2",
  );
});

Deno.test("the one task that fills the workspace of all others is taken, with the reason", () => {
  const first = task("first", { workspaces: [{ name: "output", workspace: "source" }] });
  const tasks = [
    task("second", { ...source, runAfter: ["first"] }),
    first,
    task("third", { ...source, params: [{ name: "x", value: "$(tasks.second.results.y)" }] }),
  ];
  assert.deepEqual(chooseTask(OWNER, { tasks }, undefined), {
    task: first,
    chosen: 'it fills the workspace "source" for all others',
  });
});

Deno.test("no source is plain where tasks start side by side, share no workspace, or share two", () => {
  const two = { workspaces: [{ name: "source" }, { name: "cache" }] };
  const unclear = [
    [task("a", source), task("b", source)],
    [task("a", source), task("b", { runAfter: ["a"] })],
    [task("a", two), task("b", { ...two, runAfter: ["a"] })],
    [task("a", source)],
  ];
  for (const tasks of unclear) {
    assert.match(refusal(() => chooseTask(OWNER, { tasks }, undefined)), /^Cannot tell/);
  }
});

Deno.test("a task depends on what it runs after and on whose results it uses, its own steps aside", () => {
  const one = task("x", {
    runAfter: ["a", "b"],
    params: [{ name: "p", value: "$(tasks.b.results.r) $(tasks.c.results.r)" }],
    when: [{ input: "$(tasks.d.results.r)" }],
    taskSpec: { steps: [{ script: "$(tasks.e.results.r)" }] },
  });
  assert.deepEqual(dependencies(one), ["a", "b", "c", "d"]);
});

const refused: [why: RegExp, Partial<PipelineTask>][] = [
  [/it is a matrix, which would be held once for each combination/, { matrix: { params: [] } }],
  [/it is a Pipeline in a Pipeline/, { taskRef: undefined, pipelineRef: { name: "q" } }],
  [/it is a Pipeline in a Pipeline/, { taskRef: undefined, pipelineSpec: { tasks: [] } }],
  [/a custom task \(Wait\)/, { taskRef: { apiVersion: "x.dev/v1", kind: "Wait", name: "w" } }],
  [/a custom task \(ClusterTask\)/, { taskRef: { kind: "ClusterTask", name: "w" } }],
  [/a custom task \(Task\)/, { taskRef: { apiVersion: "tekton.dev/v1", kind: "Task", name: "w" } }],
  [/a custom task \(Wait\)/, {
    taskRef: undefined,
    taskSpec: { apiVersion: "x.dev/v1", kind: "Wait" },
  }],
];

for (const [why, rest] of refused) {
  Deno.test(`a task can't be held where ${why.source}: ${Object.keys(rest).at(-1)}`, () => {
    const words = refusal(() => checkHoldable(OWNER, task("t", rest)));
    assert.match(words, /^Cannot hold task "t" of Pipeline "p": /);
    assert.match(words, why);
    assert.match(words, /\nchoose another --on-task$/);
  });
}

Deno.test("a Task by name, by kind Task, by resolver and inline can be held", () => {
  checkHoldable(OWNER, task("t"));
  checkHoldable(OWNER, task("t", { taskRef: { kind: "Task", name: "x" } }));
  checkHoldable(OWNER, task("t", { taskRef: { resolver: "cluster" } }));
  checkHoldable(OWNER, task("t", { taskRef: undefined, taskSpec: { steps: [] } }));
});

Deno.test("the first step is taken unless another is named, an unnamed one by its place", () => {
  const spec = { steps: [{ image: "a" }, { name: "two", image: "b" }, { name: "", image: "c" }] };
  assert.deepEqual(chooseStep("task", spec, undefined), { step: spec.steps[0], index: 0 });
  assert.deepEqual(chooseStep("task", spec, "two"), { step: spec.steps[1], index: 1 });
  assert.deepEqual(chooseStep("task", spec, "unnamed-2"), { step: spec.steps[2], index: 2 });
  assert.equal(stepName(spec.steps[0], 0), "unnamed-0");
  assert.equal(
    refusal(() => chooseStep("task", spec, "three")),
    'Cannot find step "three": task has no such step\nits steps: unnamed-0, two, unnamed-2',
  );
});

Deno.test("a Task with a step for Windows can't be held at any step", () => {
  const spec = { steps: [{ name: "a", script: "x" }, { name: "b", script: "#!win\ndir" }] };
  assert.equal(
    refusal(() => chooseStep('Task "t"', spec, "a")),
    'Cannot hold a step of Task "t": step "b" is for Windows\n' +
      "the scripts that hold a step are for sh: only Linux can be held",
  );
});
