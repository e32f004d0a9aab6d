import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { askedKind, askedRun, withAsked } from "../../../src/tekton/asked_run.ts";
import type { PipelineRun } from "../../../src/tekton/model.ts";

const RUN: PipelineRun = {
  kind: "PipelineRun",
  metadata: { name: "r", annotations: { mine: "x" } },
  spec: {
    pipelineRef: { name: "p" },
    params: [{ name: "a", value: "1" }],
    workspaces: [{ name: "w", emptyDir: {} }],
    timeouts: { pipeline: "1h0m0s" },
  },
};

/** The run as it is once it holds. */
function held(): PipelineRun {
  const { metadata } = withAsked(RUN);
  const { params, workspaces } = RUN.spec;
  return {
    ...RUN,
    metadata,
    spec: { params, workspaces, pipelineSpec: {}, timeouts: { pipeline: "1h0m0s600s" } },
  };
}

Deno.test("the spec that was asked for comes back, with the run's params and workspaces", () => {
  const run = held();
  assert.equal(run.metadata.annotations?.mine, "x");
  assert.doesNotMatch(run.metadata.annotations!["tkn-dev/asked-spec"], /emptyDir/);
  assert.deepEqual(askedRun(run, true).spec, RUN.spec);
  assert.equal(askedKind(run), "PipelineRun");
});

Deno.test("a run of another client is what was asked for", () => {
  assert.equal(askedRun(RUN, false), RUN);
  assert.equal(askedKind(RUN), undefined);
});

Deno.test("a TaskRun of a PipelineRun that holds has the annotation, and is not described by it", () => {
  const taskRun = { ...held(), kind: "TaskRun" as const } as never;
  assert.equal(askedRun(taskRun, false), taskRun);
});

Deno.test("a run that holds and does not say what it was is refused", () => {
  for (const text of [undefined, "{", "[]", '{"kind":"Pod","spec":{}}', '{"kind":"PipelineRun"}']) {
    const annotations: Record<string, string> = text === undefined
      ? {}
      : { "tkn-dev/asked-spec": text };
    const run = { ...held(), metadata: { name: "r", annotations } };
    assert.throws(() => askedRun(run, true), UsageError, text);
  }
});

Deno.test("a spec of another shape is of another origin", () => {
  const text = JSON.stringify({ kind: "PipelineRun", spec: { taskRunSpecs: "x" } });
  const run = { ...held(), metadata: { name: "r", annotations: { "tkn-dev/asked-spec": text } } };
  assert.equal(askedRun(run, false), run);
});

Deno.test("a spec that is too long for an annotation is not kept", () => {
  const script = "x".repeat(100_000);
  const spec = { pipelineSpec: { tasks: [{ name: "t", taskSpec: { steps: [{ script }] } }] } };
  assert.equal(askedKind(withAsked({ ...RUN, spec })), undefined);
});
