/** Checks on random Pipelines that inlining a Task keeps its meaning in the model of Tekton. */
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

/** A case with its task after inlining. */
interface Made {
  readonly one: InlineCase;
  readonly result: PipelineTask | undefined;
}

/** The cases by seed, shared by all tests. */
const made: Made[] = [];

/** Checks each case whose Task is not refused, and names the case that fails. */
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

/** Returns undefined if the Task is refused, which only foreign text may cause. */
function inlined({ run, target, task, isForeign }: InlineCase): PipelineTask | undefined {
  const read = { spec: task.spec, metadata: { name: task.name } };
  const why = whyNotInline(target, read, run);
  // Tekton fills in the literal text once more at the end.
  assert.ok(why === undefined || isForeign || /^a default of its Task/.test(why), why);
  return why === undefined ? inlineTask(target, read, run) : undefined;
}

/** Returns the new name of each of the Task's params, declared or only passed. */
function names({ task, target }: InlineCase, result: PipelineTask): Map<string, string> {
  return new Map([
    ...target.params!.map(({ name }, at) => [name, result.params![at].name] as const),
    ...task.spec.params!.map(({ name }, at) => [name, result.taskSpec!.params![at].name] as const),
  ]);
}

Deno.test("a Task's pod gets the same values inline as by reference", () => {
  forCases(({ run, target, task }, result) => {
    assert.deepEqual(viewInline(run, result), viewByReference(run, target, task));
  });
});

Deno.test("only names in use change, and only in references", () => {
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

/** Whether the Pipeline, the run or another task has a param, or a key, of the same spelling. */
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

Deno.test("a new name is unique", () => {
  forCases((one, result) => {
    const named = names(one, result);
    assert.equal(new Set(named.values()).size, named.size);
    for (const [from, to] of named) {
      if (from === to) continue;
      assert.equal(isTaken(one, from, to), false, `"${to}"`);
      // Tekton refuses a TaskRun with two params that differ only in case.
      const alike = [...named.values()].filter((name) => name.toLowerCase() === to.toLowerCase());
      assert.deepEqual(alike, [to]);
    }
  });
});

Deno.test("inlining does not depend on the order of the tasks, and a second time changes nothing", () => {
  forCases((one, result) => {
    const { pipeline } = one.run;
    const turned = { ...pipeline, tasks: pipeline.tasks!.toReversed() };
    assert.deepEqual(inlined({ ...one, run: { ...one.run, pipeline: turned } }), result);
    assert.deepEqual(inlineTask(result, { spec: result.taskSpec! }, one.run), result);
  });
});

Deno.test("a run that the webhook takes it also takes with one more inline Task", () => {
  for (let seed = 1; seed <= CASES / 2; seed++) {
    checkOne(seed, make(seed, { isStrict: true }), ({ run }, result) => {
      const { pipeline, params } = run;
      if (clashesInline(pipeline, params) !== undefined) return;
      assert.equal(clashesInline(withTasks(pipeline, [result]), params), undefined);
    });
  }
});
