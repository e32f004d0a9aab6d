/** Random Pipelines: a Task put inline does what it did by reference, as the model of Tekton has it. */
import assert from "node:assert/strict";
import { withTasks } from "../../../../src/tekton/inline/inline_pipeline.ts";
import { inlineTask, whyNotInline } from "../../../../src/tekton/inline/inline_task.ts";
import type { PipelineTask } from "../../../../src/tekton/model.ts";
import { typeOf } from "../../../../src/tekton/params.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { Random } from "../../../support/random.ts";
import {
  AUTHOR,
  type InlineCase,
  KEYS,
  randomCase,
  TASK,
} from "../../../support/random_pipeline.ts";
import { clashesInline } from "../../../support/webhook_model.ts";
import { viewByReference, viewInline } from "../../../support/tekton_model.ts";

const CASES = 2000;

/** A case and its task with the Task inline. */
interface Made {
  readonly one: InlineCase;
  readonly result: PipelineTask | undefined;
}

/** Of each seed once for all tests. */
const made: Made[] = [];

/** Checks it on each case, and says which one failed; not on those whose Task is refused. */
function forCases(check: (one: InlineCase, result: PipelineTask) => void): void {
  for (let seed = 1; seed <= CASES; seed++) {
    made[seed] ??= make(seed);
    checkOne(seed, made[seed], check);
  }
}

function make(seed: number, options = {}): Made {
  const one = deepFreeze(randomCase(new Random(seed), options));
  try {
    return { one, result: deepFreeze(inlined(one)) };
  } catch (error) {
    throw new Error(shown(seed, one), { cause: error });
  }
}

function checkOne(
  seed: number,
  { one, result }: Made,
  check: (one: InlineCase, result: PipelineTask) => void,
): void {
  if (result === undefined) return;
  try {
    check(one, result);
  } catch (error) {
    throw new Error(shown(seed, one), { cause: error });
  }
}

function shown(seed: number, { run, target, task }: InlineCase): string {
  return `seed ${seed}: ${JSON.stringify({ run, target, task })}`;
}

/** Undefined for one that is refused, as it may be for a text that is not its own. */
function inlined({ run, target, task, isForeign }: InlineCase): PipelineTask | undefined {
  const read = { spec: task.spec, metadata: { name: task.name } };
  const why = whyNotInline(target, read, run);
  // As Tekton would at the end, when it looks at what is text once more.
  assert.ok(why === undefined || isForeign || /^a default of its Task/.test(why), why);
  return why === undefined ? inlineTask(target, read, run) : undefined;
}

/** The new name of each of the Task's params, declared or just passed. */
function names({ task, target }: InlineCase, result: PipelineTask): Map<string, string> {
  return new Map([
    ...target.params!.map(({ name }, at) => [name, result.params![at].name] as const),
    ...task.spec.params!.map(({ name }, at) => [name, result.taskSpec!.params![at].name] as const),
  ]);
}

Deno.test("inline, a Task's pod is given what it is given by reference", () => {
  forCases(({ run, target, task }, result) => {
    assert.deepEqual(viewInline(run, result), viewByReference(run, target, task));
  });
});

Deno.test("names that are in use change, in references alone, and nothing else does", () => {
  forCases((one, result) => {
    const named = names(one, result);
    const isBound = (name: string) =>
      one.target.workspaces!.some((ws) =>
        ws.name === name && one.run.bound.includes(ws.workspace!)
      );
    const expected = one.write({
      param: (name) => named.get(name)!,
      taskName: TASK,
      workspace: (name, variable) => {
        if (variable === "bound") return String(isBound(name));
        return isBound(name) ? AUTHOR.workspace(name, variable) : "";
      },
    });
    const { metadata: _, ...spec } = result.taskSpec!;
    assert.deepEqual(spec, {
      ...expected,
      workspaces: expected.workspaces!.filter(({ name }) => isBound(name)),
    });
    for (const [from, to] of named) assert.equal(to !== from, isTaken(one, from), `"${from}"`);
  });
});

/** Whether the Pipeline, the run or another task has a param that reads the same, or one of whose keys does. */
function isTaken({ run, target, task }: InlineCase, name: string, as = name): boolean {
  const { pipeline, params } = run;
  const others = [...pipeline.tasks!, ...pipeline.finally ?? []]
    .filter((task) => task.name !== target.name)
    .flatMap((task) => [...task.params ?? [], ...task.taskSpec?.params ?? []]);
  const values = params.map((param) => ({ ...param, type: typeOf({ default: param.value }) }));
  const objects = [...pipeline.params!, ...values].filter((param) => param.type === "object");
  const all = [
    ...[...pipeline.params!, ...params, ...others].map((param) => param.name),
    ...objects.flatMap((param) => KEYS.map((key) => `${param.name}.${key}`)),
  ];
  const isObject = task.spec.params!.some((spec) => spec.name === name && spec.type === "object");
  return all.includes(as) || isObject && all.some((other) => other.startsWith(`${as}.`));
}

Deno.test("a new name is no one else's", () => {
  forCases((one, result) => {
    const named = names(one, result);
    assert.equal(new Set(named.values()).size, named.size);
    for (const [from, to] of named) {
      if (from === to) continue;
      assert.equal(isTaken(one, from, to), false, `"${to}"`);
      // A TaskRun is refused that is given two which differ in case alone.
      const alike = [...named.values()].filter((name) => name.toLowerCase() === to.toLowerCase());
      assert.deepEqual(alike, [to]);
    }
  });
});

Deno.test("neither the order of the tasks nor a second time changes what is put inline", () => {
  forCases((one, result) => {
    const { pipeline } = one.run;
    const turned = { ...pipeline, tasks: pipeline.tasks!.toReversed() };
    assert.deepEqual(inlined({ ...one, run: { ...one.run, pipeline: turned } }), result);
    assert.deepEqual(inlineTask(result, { spec: result.taskSpec! }, one.run), result);
  });
});

Deno.test("what the webhook takes inside a run it takes with one more Task inline", () => {
  for (let seed = 1; seed <= CASES / 2; seed++) {
    checkOne(seed, make(seed, { isStrict: true }), ({ run }, result) => {
      const { pipeline, params } = run;
      if (clashesInline(pipeline, params) !== undefined) return;
      assert.equal(clashesInline(withTasks(pipeline, [result]), params), undefined);
    });
  }
});
