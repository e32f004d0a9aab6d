import "../../support/no_env.ts";
import assert from "node:assert/strict";
import type { ParamSpec, ParamValue, Pipeline } from "../../../src/tekton/model.ts";
import {
  effectiveParams,
  fillParams,
  fillReference,
  pipelineVariables,
  variablesOf,
} from "../../../src/tekton/variables.ts";
import { refusal } from "../../support/refusal.ts";

const VARIABLES = variablesOf([
  { name: "x", value: "X" },
  { name: "list", value: ["a", "b"] },
  { name: "map", value: { k: "K" } },
], { "context.pipeline.name": "pipe" });

/** A value and its filled-in form. */
const TEXTS: [ParamValue, ParamValue][] = [
  ["$(params.x)", "X"],
  ["a/$(params.x)/$(context.pipeline.name)", "a/X/pipe"],
  ["$(params[\"x\"])$(params['x'])$(inputs.params.x)", "XXX"],
  ["$(params.list[1]) $(params['list'][0])", "b a"],
  ["$(params.map.k)", "K"],
  ["$(params.list[*])", ["a", "b"]],
  ["$(params.map[*])", { k: "K" }],
  [["0", "$(params.list[*])", "$(params.x)"], ["0", "a", "b", "X"]],
  [{ one: "$(params.x)" }, { one: "X" }],
  [
    "$(params.other) $(params.list[2]) $(params.map.q)",
    "$(params.other) $(params.list[2]) $(params.map.q)",
  ],
  ["some $(params.list[*])", "some $(params.list[*])"],
];

for (const [value, filled] of TEXTS) {
  Deno.test(`filled in: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(fillParams([{ name: "p", value }], VARIABLES), [{ name: "p", value: filled }]);
  });
}

Deno.test("a filled-in value is not filled in again", () => {
  const variables = variablesOf([{ name: "x", value: "$(params.y)" }, { name: "y", value: "Y" }]);
  const [{ value }] = fillParams([{ name: "p", value: "$(params.x)" }], variables);
  assert.equal(value, "$(params.y)");
});

Deno.test("defaults are filled in from params and other defaults, in any order", () => {
  const specs: ParamSpec[] = [
    { name: "url", default: "$(params.base)/$(params.name)" },
    { name: "base", default: "$(params.host)/org" },
    { name: "host", default: "unused" },
    { name: "name" },
    { name: "tags", type: "array", default: ["$(params.base):1"] },
    { name: "both", properties: { a: {} }, default: { a: "$(params.url)" } },
  ];
  const given = [{ name: "host", value: "h" }, { name: "name", value: "n" }];
  const params = effectiveParams(specs, given);
  assert.deepEqual(Object.fromEntries(params.map(({ name, value }) => [name, value])), {
    host: "h",
    name: "n",
    base: "h/org",
    url: "h/org/n",
    tags: ["h/org:1"],
    both: { a: "h/org/n" },
  });
});

Deno.test("defaults that refer to each other do not loop forever", () => {
  const specs = [{ name: "a", default: "$(params.b)" }, { name: "b", default: "$(params.a)" }];
  assert.equal(effectiveParams(specs, []).length, 2);
});

Deno.test("a Pipeline's variables are its params, contexts and bound workspaces", () => {
  const pipeline: Pipeline = {
    kind: "Pipeline",
    metadata: { name: "pipe" },
    spec: { params: [{ name: "x", default: "d" }], workspaces: [{ name: "a" }, { name: "b" }] },
  };
  const run = { namespace: "ns", params: [{ name: "extra", value: "e" }], bound: ["a"] };
  const text = "$(params.x) $(params.extra) $(context.pipeline.name) " +
    "$(context.pipelineRun.namespace) $(workspaces.a.bound) $(workspaces.b.bound)";
  const [{ value }] = fillParams(
    [{ name: "p", value: text }],
    pipelineVariables(pipeline, run),
  );
  assert.equal(value, "d e pipe ns true false");
});

for (
  const reference of [
    "$(tasks.a.results.b)",
    "$(context.pipelineRun.name)",
    "$(context.pipelineRun.uid)",
    "$(params.unknown)",
    '$(params["unknown"])',
  ]
) {
  Deno.test(`a reference with ${reference} in it is refused`, () => {
    const params = [{ name: "name", value: ["x", `a-${reference}`] }];
    assert.equal(
      refusal(() => fillReference('Cannot resolve the Task of task "t"', params, VARIABLES)),
      `Cannot resolve the Task of task "t": its reference has ${reference}, ` +
        "which is not known before the run\n" +
        "only params of the run and contexts that do not depend on its name can be filled in",
    );
  });
}

Deno.test("other text of a reference stays", () => {
  const params = [{ name: "script", value: "$(date) ${HOME} $x" }];
  assert.deepEqual(fillReference("", params, VARIABLES), params);
});

Deno.test("a value that is neither text nor of texts is the text of its JSON, as Tekton reads it", () => {
  const given = { number: 5, flag: true, list: ["-r", true], map: { k: 1 } };
  const params = Object.entries(given).map(([name, value]) => ({
    name,
    value: value as unknown as ParamValue,
  }));
  const texts = { number: "5", flag: "true", list: '["-r",true]', map: '{"k":1}' };
  assert.deepEqual(
    fillParams(params, VARIABLES),
    Object.entries(texts).map(([name, value]) => ({ name, value })),
  );
  const variables = variablesOf(params);
  for (const [name, text] of Object.entries(texts)) {
    const [{ value }] = fillParams([{ name, value: `a $(params.${name})` }], variables);
    assert.equal(value, `a ${text}`);
  }
});
