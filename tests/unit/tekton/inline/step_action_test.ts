import assert from "node:assert/strict";
import type { Param, ParamValue, Step, StepAction } from "../../../../src/tekton/model.ts";
import { inlineStepAction } from "../../../../src/tekton/inline/step_action.ts";
import { variablesOf } from "../../../../src/tekton/variables.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { refusal } from "../../../support/refusal.ts";

function inlined(step: Step, spec: StepAction["spec"]): Step {
  return inlineStepAction(deepFreeze(step), deepFreeze({ metadata: { name: "a" }, spec }));
}

Deno.test("a StepAction's content replaces the reference, and the step's own fields stay", () => {
  const step = {
    name: "s",
    ref: { name: "a" },
    onError: "continue",
    timeout: "1m",
    securityContext: { runAsUser: 1 },
    workspaces: [{ name: "w" }],
  };
  assert.deepEqual(inlined(step, { image: "i", script: "x", results: [{ name: "r" }], args: [] }), {
    name: "s",
    onError: "continue",
    timeout: "1m",
    workspaces: [{ name: "w" }],
    image: "i",
    script: "x",
    results: [{ name: "r" }],
  });
});

Deno.test("given params win over defaults, and a default may refer to another param", () => {
  const spec: StepAction["spec"] = {
    image: "$(params.registry)/tool",
    params: [{ name: "registry", default: "$(params.host)/team" }, { name: "host", default: "h" }],
    env: [{ name: "HOST", value: '$(params["host"])' }],
  };
  assert.equal(inlined({ ref: { name: "a" } }, spec).image, "h/team/tool");
  const step = { ref: { name: "a" }, params: [{ name: "host", value: "$(params.task-host)" }] };
  const { image, env } = inlined(step, spec);
  assert.equal(image, "$(params.task-host)/team/tool");
  assert.deepEqual(env, [{ name: "HOST", value: "$(params.task-host)" }]);
});

Deno.test("arrays are filled in whole, by index, and as passed on from the Task", () => {
  const spec: StepAction["spec"] = {
    params: [{ name: "list", type: "array" }],
    args: ["first", "$(params.list[*])", "$(params['list'][1])"],
  };
  const given = (value: string | string[]) =>
    inlined({ ref: { name: "a" }, params: [{ name: "list", value: value as string[] }] }, spec)
      .args;
  assert.deepEqual(given(["a", "b"]), ["first", "a", "b", "b"]);
  assert.deepEqual(given("$(params.all[*])"), ["first", "$(params.all[*])", "$(params.all[1])"]);
});

Deno.test("objects are filled in by key", () => {
  const spec: StepAction["spec"] = {
    params: [{ name: "o", type: "object" }],
    script: "$(params.o.host):$(params.o.port)",
  };
  const params = [{ name: "o", value: { host: "h", port: "80" } }];
  assert.equal(inlined({ ref: { name: "a" }, params }, spec).script, "h:80");
});

Deno.test("a value that looks like a reference is not filled in a second time", () => {
  const spec: StepAction["spec"] = {
    params: [{ name: "a" }, { name: "b" }],
    script: "$(params.a) $(params.b)",
  };
  const params = [{ name: "a", value: "$(params.b)" }, { name: "b", value: "x" }];
  assert.equal(inlined({ ref: { name: "a" }, params }, spec).script, "$(params.b) x");
});

Deno.test("an element of a list that is passed on is that list's element", () => {
  const spec = { params: [{ name: "l", type: "array" as const }], args: ["$(params.l[2])"] };
  const args = (value: string[]) =>
    inlineStepAction({ ref: { name: "a" }, params: [{ name: "l", value }] }, {
      metadata: { name: "a" },
      spec,
    }).args;
  assert.deepEqual(args(["$(params.own[*])"]), ["$(params.own[2])"]);
  assert.deepEqual(args(["x", "$(params.own[*])"]), ["$(params.own[1])"]);
  assert.deepEqual(args(["x", "y", "z", "$(params.own[*])"]), ["z"]);
  assert.match(
    refusal(() => args(["$(params.own[*])", "x"])),
    /^Cannot hold the step: its StepAction takes element 2 of \["\$\(params.own\[\*\]\)","x"\]\n/,
  );
});

Deno.test("a given object or list takes missing items from its default", () => {
  const spec: StepAction["spec"] = {
    params: [
      { name: "o", type: "object", default: { host: "default-host", port: "1" } },
      { name: "l", type: "array", default: ["x", "y", "z"] },
    ],
    script: "$(params.o.host):$(params.o.port) $(params.l[0])$(params.l[2])",
  };
  const script = (o: ParamValue, l: ParamValue, known: Param[] = []) => {
    const params = [{ name: "o", value: o }, { name: "l", value: l }];
    return inlineStepAction(
      { ref: { name: "a" }, params },
      { metadata: { name: "a" }, spec },
      variablesOf(known),
    ).script;
  };
  assert.equal(script({ port: "2" }, ["a"]), "default-host:2 az");
  const handedOn = ["$(params.own[*])", "$(params['list'][*])"] as const;
  assert.equal(
    script(...handedOn),
    "$(params.own.host):$(params.own.port) $(params['list'][0])$(params['list'][2])",
  );
  const known = [{ name: "own", value: { port: "2" } }, { name: "list", value: ["a"] }];
  assert.equal(
    script(...handedOn, known),
    "default-host:$(params.own.port) $(params['list'][0])z",
  );
  assert.match(script({}, ["x", "$(params.list[*])"], known)!, /z$/);
  const text = [{ name: "own", value: "no object" }];
  assert.match(script(...handedOn, text)!, /^default-host:1 /);
  // The items of another task's result are unknown.
  const unknown = [{ name: "own", value: "$(tasks.a.results.o[*])" }];
  assert.match(script(...handedOn, unknown)!, /^\$\(params.own.host\):/);
});
