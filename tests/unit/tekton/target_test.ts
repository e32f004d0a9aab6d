import assert from "node:assert/strict";
import type { PipelineTask } from "../../../src/tekton/model.ts";
import {
  checkHoldable,
  chooseStep,
  dependencies,
  findTask,
  stepName,
} from "../../../src/tekton/target.ts";
import { refusal } from "../../support/refusal.ts";

const OWNER = 'Pipeline "p"';

function task(name: string, rest: Partial<PipelineTask> = {}): PipelineTask {
  return { name, taskRef: { name: `${name}-task` }, ...rest };
}

Deno.test("a task is found by name, also among finally tasks", () => {
  const spec = { tasks: [task("a"), task("b")], finally: [task("c")] };
  assert.equal(findTask(OWNER, spec, "b"), spec.tasks[1]);
  assert.equal(findTask(OWNER, spec, "c"), spec.finally[0]);
  assert.equal(
    refusal(() => findTask(OWNER, spec, "x")),
    'Cannot find task "x": Pipeline "p" has no such task\nits tasks: a, b, c',
  );
});

Deno.test("a task depends on the tasks in runAfter and those whose results it uses outside its steps", () => {
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
  [/a custom task \(Task\)/, { taskRef: { apiVersion: "tekton.dev/v1", kind: "Task", name: "w" } }],
  [/a custom task \(Wait\)/, {
    taskRef: undefined,
    taskSpec: { apiVersion: "x.dev/v1", kind: "Wait" },
  }],
];

for (const [why, rest] of refused) {
  Deno.test(`a task can't be held: ${why.source}: ${Object.keys(rest).at(-1)}`, () => {
    const words = refusal(() => checkHoldable(OWNER, task("t", rest)));
    assert.match(words, /^Cannot hold task "t" of Pipeline "p": /);
    assert.match(words, why);
    assert.match(words, /\nchoose another --on-task$/);
  });
}

Deno.test("a reference to a ClusterTask is named as what it is, with what to write instead", () => {
  for (const apiVersion of [undefined, "tekton.dev/v1beta1"]) {
    const taskRef = { apiVersion, kind: "ClusterTask", name: "git-clone" };
    assert.equal(
      refusal(() => checkHoldable(OWNER, task("t", { taskRef }))),
      'Cannot hold task "t" of Pipeline "p": it refers to a ClusterTask, which newer versions of ' +
        "Tekton do not have\n" +
        "refer to a Task of the namespace, or to one of another namespace by the resolver cluster",
    );
  }
});

Deno.test("a Task by name, by kind Task, by resolver and inline can be held", () => {
  checkHoldable(OWNER, task("t"));
  checkHoldable(OWNER, task("t", { taskRef: { kind: "Task", name: "x" } }));
  checkHoldable(OWNER, task("t", { taskRef: { resolver: "cluster" } }));
  checkHoldable(OWNER, task("t", { taskRef: undefined, taskSpec: { steps: [] } }));
});

Deno.test("the first step is chosen unless the user names another; unnamed steps go by their index", () => {
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
