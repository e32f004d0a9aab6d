import assert from "node:assert/strict";
import { clashesInline } from "../../support/webhook_model.ts";
import type { Param, ParamSpec, PipelineSpec, Step, TaskSpec } from "../../../src/tekton/model.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";

const MAP: ParamSpec = { name: "x", type: "object", properties: { k: { type: "string" } } };
const LIST: ParamSpec = { name: "x", type: "array" };
const TEXT: ParamSpec = { name: "x", type: "string" };

/** A task with an inline Task of these params and this step. */
function inline(params: ParamSpec[], step: Step = {}): { name: string; taskSpec: TaskSpec } {
  return { name: "own", taskSpec: { params, steps: [{ image: "i", ...step }] } };
}

/** A task by reference with these params. */
function passing(...params: Param[]) {
  return { name: "ref", taskRef: { name: "t" }, params };
}

const fails = (where: string, why: string) =>
  `task "ref" passes an object as param "x", on which Tekton's webhook fails: ${where}, ${why}`;

interface Row extends PipelineSpec {
  run?: Param[];
  why?: string;
}

const rows: Record<string, Row> = {
  "a task and nothing else": { tasks: [passing()] },
  "params that differ in name": {
    run: [{ name: "a", value: "" }],
    params: [{ name: "a" }, { ...LIST, name: "b" }],
    tasks: [passing({ name: "c", value: { k: "" } }), inline([TEXT], { script: "$(params.x)" })],
  },

  "an object is passed where the Pipeline has a string": {
    params: [TEXT],
    tasks: [passing({ name: "x", value: { k: "v" } })],
    why: fails("the Pipeline has one of that name", "a string"),
  },
  "an object is passed where the run gives an array": {
    run: [{ name: "x", value: ["a"] }],
    params: [LIST],
    tasks: [passing({ name: "x", value: { k: "v" } })],
    why: fails("the run has one of that name", "an array"),
  },
  "an object is passed where an earlier task is passed a reference to one, which is text": {
    tasks: [
      { ...passing({ name: "x", value: "$(params.o[*])" }), name: "first" },
      passing({ name: "x", value: { k: "v" } }),
    ],
    why: fails('task "first" has one of that name', "a string"),
  },
  "an object is passed where the Pipeline's has no default": {
    params: [MAP],
    tasks: [passing({ name: "x", value: { k: "v" } })],
    why: fails("the Pipeline has one of that name", "an object without a default"),
  },
  "an object is passed where the Pipeline's has a default but no properties": {
    params: [{ name: "x", type: "object", default: { k: "v" } }],
    tasks: [passing({ name: "x", value: { k: "v" } })],
    why: fails("the Pipeline has one of that name", "an object without properties"),
  },
  "an empty object is passed, which adds no keys": {
    params: [TEXT],
    tasks: [passing({ name: "x", value: {} })],
  },
  "an object is passed beside the run's or another task's": {
    run: [{ name: "x", value: { k: "v" } }],
    params: [MAP],
    tasks: [passing({ name: "x", value: { l: "v" } })],
  },
  "an object is passed in finally, which the webhook does not check": {
    params: [TEXT],
    tasks: [{ name: "first", taskRef: { name: "t" } }],
    finally: [passing({ name: "x", value: { k: "v" } })],
  },
  "a string is passed where the Pipeline has an object": {
    params: [{ ...MAP, default: { k: "v" } }],
    tasks: [passing({ name: "x", value: "v" })],
  },

  "the run gives an object whose properties the Pipeline leaves out": {
    run: [{ name: "x", value: { k: "v" } }],
    params: [{ name: "x", type: "object" }],
    why: 'the Pipeline declares param "x" without the properties of an object, ' +
      "and the run has one of that name",
  },
  "an inline Task's string has the name of the Pipeline's object": {
    params: [{ ...MAP, default: { k: "v" } }],
    tasks: [inline([TEXT])],
    why: 'task "own" declares param "x" without the properties of an object, ' +
      "and the Pipeline has one of that name",
  },
  "an inline Task's object has a default, the Pipeline's string has none": {
    params: [TEXT],
    tasks: [inline([{ ...MAP, default: { k: "v" } }])],
    why: 'task "own" has an object\'s default for param "x", on which Tekton\'s webhook fails: ' +
      "the Pipeline has one of that name without a default",
  },
  "the Pipeline's object is without properties, beside an inline Task": {
    params: [{ name: "x", type: "object", default: { k: "v" } }],
    tasks: [inline([])],
    why: 'the Pipeline has the object "x" without properties',
  },
  "the Pipeline's object is without properties, and no Task is inline": {
    params: [{ name: "x", type: "object", default: { k: "v" } }],
    tasks: [passing()],
  },

  "an inline Task's string is in a script, and an array elsewhere": {
    tasks: [passing({ name: "x", value: ["a"] }), inline([TEXT], { script: "echo $(params.x)" })],
    why: 'task "own" has param "x" inside a text, and it is an array in task "ref"',
  },
  "an inline Task's string is part of an argument, and an array elsewhere": {
    params: [LIST],
    tasks: [inline([TEXT], { args: ["--x=$(params.x)"] })],
    why: 'task "own" has param "x" inside a text, and it is an array in the Pipeline',
  },
  "an inline Task's string is a whole argument, as an array may be": {
    params: [LIST],
    tasks: [inline([TEXT], { args: ["$(params.x)"] })],
  },
  "two inline Tasks of which one has an array, the other a string": {
    tasks: [
      { ...inline([LIST], { args: ["$(params.x[*])"] }), name: "first" },
      inline([TEXT], { env: [{ name: "X", value: '$(params["x"])' }] }),
    ],
    why: 'task "own" has param "x" inside a text, and it is an array in task "first"',
  },
  "two inline Tasks the other way round": {
    tasks: [
      { ...inline([TEXT], { script: "$(params.x)" }), name: "first" },
      inline([LIST], { args: ["$(params.x[*])"] }),
    ],
  },
  "one of them in finally": {
    tasks: [inline([LIST], { args: ["$(params.x[*])"] })],
    finally: [{ ...inline([TEXT], { script: "$(params.x)" }), name: "last" }],
  },
  "an array's element is a text": {
    params: [LIST],
    tasks: [inline([], { script: "$(params.x[0])" })],
  },
  "the string stands in the template of the steps": {
    params: [LIST],
    tasks: [{
      name: "own",
      taskSpec: {
        steps: [{ image: "i" }],
        stepTemplate: { env: [{ name: "X", value: "$(params.x)" }] },
      },
    }],
    why: 'task "own" has param "x" inside a text, and it is an array in the Pipeline',
  },
  "a step stands before its template": {
    params: [LIST],
    tasks: [{
      name: "own",
      taskSpec: {
        steps: [{ image: "i", env: [{ name: "X", value: "x" }] }],
        stepTemplate: { image: "$(params.x)", env: [{ name: "X", value: "$(params.x)" }] },
      },
    }],
  },
  "a step leaves a field empty that its template has": {
    params: [LIST],
    tasks: [{
      name: "own",
      taskSpec: {
        steps: [{ image: "i", env: [{ name: "X", value: "" }] }],
        stepTemplate: { env: [{ name: "X", value: "$(params.x)" }] },
      },
    }],
    why: 'task "own" has param "x" inside a text, and it is an array in the Pipeline',
  },
  "an inline Task has all of the Pipeline's object in a text": {
    params: [MAP],
    tasks: [inline([], { args: ["$(params.x[*])"] })],
    why: 'task "own" has all of param "x" in a text, and it is an object in the Pipeline',
  },
  "an inline Task's object has other keys, which replace the Pipeline's": {
    params: [{ ...MAP, default: { k: "v" } }],
    tasks: [
      passing({ name: "y", value: "$(params.x.k)" }),
      inline([{ ...MAP, properties: { other: {} } }], { script: "$(params.x.other)" }),
    ],
    why:
      'task "ref" refers to the key "k" of param "x", which the object in the Pipeline lacks there',
  },
  "an inline Task refers to a key that the Pipeline's object lacks": {
    params: [MAP],
    tasks: [inline([], { script: "$(params.x.l)" })],
    why:
      'task "own" refers to the key "l" of param "x", which the object in the Pipeline lacks there',
  },
  "a key that is only passed is known": {
    run: [{ name: "x", value: { k: "v" } }],
    tasks: [passing({ name: "x", value: { l: "v" } }), inline([], { script: "$(params.x.l)" })],
  },
  "an inline Task refers to a param that only its matrix gives": {
    tasks: [{
      ...inline([], { script: "$(params.x)" }),
      matrix: { params: [{ name: "x", value: ["a"] }] },
    }],
    why: 'task "own" refers to param "x", which nothing declares or passes',
  },
  "an inline Task refers to a param that only another task is passed": {
    tasks: [passing({ name: "x", value: "" }), inline([], { script: "$(params.x)" })],
  },
  "a name that only the run's param may have, beside an inline Task": {
    run: [{ name: "x", value: { "a.b": "v" } }],
    tasks: [inline([])],
    why: 'the run has the object "x", and "a.b" is no name for it or a key',
  },
  "a name that no param may have": {
    tasks: [passing({ name: "1st", value: "" }), inline([])],
    why: 'task "ref" has a param of the name "1st"',
  },
  "a type that follows from the default": {
    params: [{ name: "x", default: ["a"] }],
    tasks: [inline([], { image: "$(params.x)" })],
    why: 'task "own" has param "x" inside a text, and it is an array in the Pipeline',
  },
};

for (const [what, { run = [], why, ...spec }] of Object.entries(rows)) {
  Deno.test(`inside a run, the webhook ${why === undefined ? "takes" : "refuses"}: ${what}`, () => {
    assert.equal(clashesInline(deepFreeze(spec), deepFreeze(run)), why);
  });
}
