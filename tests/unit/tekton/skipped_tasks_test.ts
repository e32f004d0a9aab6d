import assert from "node:assert/strict";
import type { Param, PipelineSpec, PipelineTask } from "../../../src/tekton/model.ts";
import { skippedTasks } from "../../../src/tekton/skipped_tasks.ts";

const SPEC: PipelineSpec = {
  params: [
    { name: "mode", default: "quick" },
    { name: "copy", default: "$(params.mode)" },
    { name: "open" },
    { name: "list", type: "array", default: ["a", "b"] },
    { name: "map", type: "object", default: { key: "v" } },
  ],
};

function isSkipped(when: unknown[], given: Param[] = []): boolean {
  return skippedTasks({ ...SPEC, tasks: [{ name: "t", when }] }, given).has("t");
}

const when = (
  input: string,
  operator: string,
  ...values: string[]
) => [{ input, operator, values }];

Deno.test("a task is sure to be skipped if its when is false by literals and params", () => {
  for (
    const each of [
      when("a", "in", "b"),
      when("a", "notin", "b", "a"),
      when("a", "in"),
      when("$(params.mode)", "in", "full"),
      when("$(params.copy)", "notin", "quick"),
      when(`$(params["mode"])-x`, "in", "$(params.mode)"),
      when("c", "in", "$(params.list[*])"),
      when("a", "notin", "$(params.list[*])"),
      when("$(params.list[0])", "in", "b"),
      when("$(params.map.key)", "in", "w"),
      [...when("a", "in", "a"), ...when("a", "in", "b")],
      [...when("$(tasks.x.results.y)", "in", "a"), ...when("a", "in", "b")],
    ]
  ) assert.ok(isSkipped(each), JSON.stringify(each));
  assert.ok(isSkipped(when("$(params.mode)", "in", "quick"), [{ name: "mode", value: "full" }]));
});

Deno.test("a task may run if its when is true, or not known before the run", () => {
  for (
    const each of [
      [],
      when("a", "in", "a", "b"),
      when("a", "notin", "b"),
      when("$(params.mode)", "in", "quick"),
      when("b", "in", "$(params.list[*])"),
      when("$(tasks.x.results.y)", "in", "a"),
      when("a", "in", "$(tasks.x.results.y[*])"),
      when("$(params.open)", "in", "a"),
      when("$(context.pipelineRun.name)", "in", "a"),
      when("$(params.list[*])", "in", "z"),
      when("a", "like", "b"),
      [{ cel: "'a' == 'b'" }],
      [{ input: "a", operator: "in", values: "b" }],
      [{ input: "a", operator: "in" }],
      ["a"],
    ]
  ) assert.ok(!isSkipped(each), JSON.stringify(each));
});

Deno.test("what needs results of a skipped task is skipped, and all that runs after that", () => {
  const needs = (from: string) => [{ name: "p", value: `$(tasks.${from}.results.r)` }];
  const tasks: PipelineTask[] = [
    { name: "third", runAfter: ["second"] },
    { name: "second", params: needs("first") },
    { name: "beside", runAfter: ["first"] },
    { name: "first", when: when("a", "in", "b") },
    { name: "fourth", params: needs("third") },
    { name: "other", params: needs("beside") },
  ];
  const last: PipelineTask[] = [
    { name: "report", params: [{ name: "p", value: "$(tasks.first.status)" }] },
    { name: "publish", params: needs("first") },
  ];
  assert.deepEqual(
    [...skippedTasks({ tasks, finally: last }, [])].sort(),
    ["first", "fourth", "publish", "second", "third"],
  );
});
