import assert from "node:assert/strict";
import { inlinePipeline } from "../../../../src/tekton/inline/inline_pipeline.ts";
import type { Pipeline, PipelineRun } from "../../../../src/tekton/model.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";

const PIPELINE: Pipeline = {
  kind: "Pipeline",
  metadata: { name: "build", labels: { team: "a", tier: "1" }, annotations: { note: "x" } },
  spec: { tasks: [{ name: "one", displayName: "$(context.pipeline.name)" }, { name: "two" }] },
};

function inlined(run: PipelineRun["spec"], labels?: Record<string, string>): PipelineRun {
  const metadata = { generateName: "r-", labels };
  const given = { kind: "PipelineRun" as const, metadata, spec: run };
  return inlinePipeline(deepFreeze(given), deepFreeze(PIPELINE), []);
}

Deno.test("the Pipeline's name is everywhere where Tekton puts it by reference", () => {
  const { spec } = inlined({
    pipelineRef: { name: "build" },
    workspaces: [{ name: "w", subPath: "$(context.pipeline.name)/x", emptyDir: {} }],
  });
  assert.equal(spec.pipelineRef, undefined);
  assert.equal(spec.pipelineSpec!.tasks![0].displayName, "build");
  assert.equal(spec.workspaces![0].subPath, "build/x");
});

Deno.test("the run gets the Pipeline's labels and annotations, and its own win", () => {
  const { metadata } = inlined({}, { tier: "2" });
  assert.deepEqual(metadata.labels, { team: "a", tier: "2", "tekton.dev/pipeline": "build" });
  assert.deepEqual(metadata.annotations, { note: "x" });
});

Deno.test("every task's runs get the Pipeline's name, and keep the run's settings for them", () => {
  const own = { pipelineTaskName: "two", timeout: "1m", metadata: { labels: { a: "b" } } };
  const { spec } = inlined({ taskRunSpecs: [own] });
  assert.deepEqual(spec.taskRunSpecs, [
    { pipelineTaskName: "one", metadata: { labels: { "tekton.dev/pipeline": "build" } } },
    {
      pipelineTaskName: "two",
      timeout: "1m",
      metadata: { labels: { "tekton.dev/pipeline": "build", a: "b" } },
    },
  ]);
});
