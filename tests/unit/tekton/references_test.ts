import assert from "node:assert/strict";
import {
  renameParam,
  replaceVariable,
  usedParams,
  usedTaskResults,
} from "../../../src/tekton/references.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";

Deno.test("a param is renamed in all spellings", () => {
  const spellings: [before: string, after: string][] = [
    ["$(params.a)", "$(params.b)"],
    [
      "$(params.a[0]) $(params.a[*]) $(params.a.key)",
      "$(params.b[0]) $(params.b[*]) $(params.b.key)",
    ],
    [`$(params["a"]) $(params['a'])`, `$(params["b"]) $(params['b'])`],
    [`$(params["a"][*]) $(params['a'][1])`, `$(params["b"][*]) $(params['b'][1])`],
    ["$(inputs.params.a) $(inputs.params.a[0])", "$(inputs.params.b) $(inputs.params.b[0])"],
    ["x$(params.a)$(params.a)y", "x$(params.b)$(params.b)y"],
  ];
  for (const [before, after] of spellings) assert.equal(renameParam(before, "a", "b"), after);
});

Deno.test("text that only looks like the param is not renamed", () => {
  for (
    const text of [
      "$(params.ab)",
      "$(params.a-b)",
      "$(params.ba)",
      `$(params["ab"])`,
      `$(params["a')`,
      "$(tasks.params.a)",
      "$(xparams.a)",
      "params.a",
      "$params.a",
      "${params.a}",
      `$(inputs.params["a"])`,
      "$(inputs.params.a.key)",
      "$(params.a[x])",
      "$(params.a[0].b)",
      "$(params.a",
    ]
  ) assert.equal(renameParam(text, "a", "b"), text);
});

Deno.test("only objects have keys, and only known keys make a reference", () => {
  assert.equal(renameParam("$(params.a) $(params.a.k)", "a", "b", []), "$(params.b) $(params.a.k)");
  const text = '$(params.a.k) $(params.a.l) $(params["a"].k) $(params.a[*])';
  assert.equal(
    renameParam(text, "a", "b", ["k"]),
    '$(params.b.k) $(params.a.l) $(params["b"].k) $(params.b[*])',
  );
});

Deno.test("a dollar before a reference does not escape it in Tekton", () => {
  assert.equal(renameParam("$$(params.a) \\$(params.a)", "a", "b"), "$$(params.b) \\$(params.b)");
});

Deno.test("a dot in a param's name only matches a dot", () => {
  assert.equal(renameParam(`$(params["a.b"])`, "a.b", "c"), `$(params["c"])`);
  assert.equal(renameParam("$(params.axb)", "a.b", "c"), "$(params.axb)");
});

Deno.test("references are renamed at every depth, keys are not, and the input does not change", () => {
  const value = deepFreeze({
    "$(params.a)": [{ deep: "$(params.a)" }, 1, null, true],
    b: undefined,
  });
  assert.deepEqual(renameParam(value, "a", "z"), {
    "$(params.a)": [{ deep: "$(params.z)" }, 1, null, true],
    b: undefined,
  });
});

Deno.test("every variable of exactly that name becomes text", () => {
  const text = "$(context.pipeline.name) $(context.pipeline.name)! $(context.pipelineRun.name)";
  assert.equal(
    replaceVariable(text, "context.pipeline.name", "my-$&-pipeline"),
    "my-$&-pipeline my-$&-pipeline! $(context.pipelineRun.name)",
  );
  assert.equal(
    replaceVariable("$(contextXpipeline.name)", "context.pipeline.name", "x"),
    "$(contextXpipeline.name)",
  );
});

Deno.test("a param is not used if only a longer name that starts with it is", () => {
  const names = ["a", "ab", "abc"];
  assert.deepEqual(usedParams("$(params.ab)", names), ["ab"]);
  assert.deepEqual(usedParams({ x: [`$(params["abc"])`, "$(params.a[*])"] }, names), ["a", "abc"]);
  assert.deepEqual(usedParams("$(inputs.params.a.key)", names), ["a"]);
  assert.deepEqual(usedParams("params.a $(params.) $(params.x)", names), []);
});

Deno.test("tasks whose results are used are found at any depth, once each", () => {
  const value = {
    params: [{ value: "$(tasks.clone.results.commit) $(tasks.build-it.results.x[*])" }],
    when: [{ input: `$(tasks.clone.results["a.b"])`, values: ["$(tasks.status)"] }],
  };
  assert.deepEqual(usedTaskResults(value), ["clone", "build-it"]);
  assert.deepEqual(usedTaskResults({ "$(tasks.key.results.x)": "tasks.clone.results" }), []);
});

Deno.test("a task whose status is asked for is not one whose results are used", () => {
  assert.deepEqual(usedTaskResults("$(tasks.clone.status) $(tasks.clone.reason)"), []);
});
