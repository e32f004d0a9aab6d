import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import type { Task } from "../../../src/tekton/model.ts";
import { readResolved, type RemoteReference } from "../../../src/tekton/resolved.ts";
import { refusal } from "../../support/refusal.ts";

function reference(kind: RemoteReference["kind"] = "Task"): RemoteReference {
  return { kind, owner: 'task "clone"', resolver: "git", params: [] };
}

const TASK = { apiVersion: "tekton.dev/v1", kind: "Task", spec: { steps: [{ image: "i" }] } };

Deno.test("a Task is read, also without metadata", () => {
  assert.deepEqual(readResolved(reference(), [TASK]), { ...TASK, metadata: {} });
});

Deno.test("of several documents the first counts, as in Tekton", () => {
  const other = { ...TASK, kind: "Pipeline" };
  assert.equal(readResolved<Task>(reference(), [TASK, other]).kind, "Task");
});

Deno.test("older versions are converted", () => {
  const spec = { steps: [{ image: "i", resources: {} }] };
  const task = { ...TASK, apiVersion: "tekton.dev/v1beta1", spec };
  assert.deepEqual(readResolved<Task>(reference(), [task]).spec.steps, [
    { image: "i", computeResources: {} },
  ]);
  const stepAction = {
    apiVersion: "tekton.dev/v1alpha1",
    kind: "StepAction",
    spec: { image: "i" },
  };
  assert.deepEqual(readResolved(reference("StepAction"), [stepAction]).spec, { image: "i" });
});

Deno.test("a default that is a number or boolean in YAML becomes text, and lists stay", () => {
  const defaults = [1.1, true, "text", ["a"]];
  const params = defaults.map((value, at) => ({ name: `p${at}`, default: value }));
  const { spec } = readResolved<Task>(reference(), [{ ...TASK, spec: { params } }]);
  assert.deepEqual(spec.params!.map((param) => param.default), ["1.1", "true", "text", ["a"]]);
});

Deno.test("null fields are removed", () => {
  const spec = {
    params: null,
    steps: [{ image: "i", args: null, command: null }],
    stepTemplate: null,
  };
  const read = readResolved(reference(), [{ ...TASK, metadata: { name: null }, spec }]);
  assert.deepEqual(read, { ...TASK, metadata: {}, spec: { steps: [{ image: "i" }] } });
});

for (
  const [what, documents, why] of [
    ["another kind", [{ ...TASK, kind: "Pipeline" }], "the resolver returned a Pipeline"],
    ["nothing", [], "the resolver returned no Kubernetes object"],
    ["an empty document", [null], "the resolver returned no Kubernetes object"],
    ["text", ["<html>"], "the resolver returned no Kubernetes object"],
    ["no spec", [{ ...TASK, spec: undefined }], "the returned object has no spec"],
    ["a spec of null", [{ ...TASK, spec: null }], "the returned object has no spec"],
    ["a list", [[{ kind: "Task" }]], "the resolver returned no Kubernetes object"],
    [
      "a kind that is a list",
      [{ ...TASK, kind: ["Task"] }],
      "in the returned object kind is not a string",
    ],
    [
      "a label that is a number",
      [{ ...TASK, metadata: { labels: { a: 1 } } }],
      "in the returned object metadata.labels.a is not a string",
    ],
    [
      "steps that are no list",
      [{ ...TASK, spec: { steps: {} } }],
      "in the returned object spec.steps is not a list",
    ],
  ] as const
) {
  Deno.test(`a resolver that returns ${what} gets a refusal in one line`, () => {
    assert.equal(
      refusal(() => readResolved(reference(), documents), ClusterError),
      `Cannot resolve the Task of task "clone" by "git": ${why}\nlook at the params of its reference`,
    );
  });
}

Deno.test("an unknown version is refused with a list of the known ones", () => {
  const task = { ...TASK, apiVersion: "tekton.dev/v1alpha1" };
  assert.equal(
    refusal(() => readResolved(reference(), [task]), ClusterError),
    'Cannot resolve the Task of task "clone" by "git": ' +
      "the returned object has the unknown version tekton.dev/v1alpha1\n" +
      "one of: tekton.dev/v1, tekton.dev/v1beta1",
  );
});
