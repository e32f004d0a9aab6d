import assert from "node:assert/strict";
import { denoHost } from "../../../src/deno/host.ts";
import { ExpectedError } from "../../../src/errors.ts";
import { holdPipelineRun } from "../../../src/tekton/breakpoint/hold_run.ts";
import type { StepToHold } from "../../../src/tekton/breakpoint/hold_steps.ts";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import type { RunManifest } from "../../../src/tekton/run_manifest.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";
import { GATE, into } from "../../support/fake_gate.ts";
import { lowerPipeline } from "../../support/lower_upload.ts";
import { Random } from "../../support/random.ts";
import { type InlineCase, randomCase } from "../../support/random_pipeline.ts";
import { clashesInline } from "../../support/webhook_model.ts";
import { fc, type Target } from "../target.ts";

/**
 * The seed of a Pipeline for tests/support/random_pipeline.ts, and the steps of its target to hold.
 */
interface Input {
  readonly seed: number;
  readonly held: boolean[];
}

const OPTIONS = { gate: GATE, defaultTimeout: "1h0m0s" };

const inputs = fc.record({
  seed: fc.nat(),
  held: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
});

export const loweringTarget: Target<Input> = {
  name: "lowering",
  claim:
    "a run that the webhook accepts inline is accepted when lowered, or uses temporary objects",
  inputs,
  check(input) {
    const one = makeCase(input);
    const { pipeline, params } = one.run;
    if (clashesInline(pipeline, params) !== undefined) return;
    for (const { whyNotInline, inline, temporary } of runManifests(one, input)) {
      const { spec } = inline();
      // A param of the target that is removed or renamed may have prevented a clash of other tasks.
      const clash = whyNotInline ?? clashesInline(spec.pipelineSpec!, spec.params ?? []);
      if (clash === undefined) continue;
      const { run, objects } = temporary!("tmp");
      assert.equal(run.spec.pipelineSpec, undefined, clash);
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), ["Pipeline", "Task"], clash);
    }
  },
  corpus: [],
  runs: 4_000,
};

export const webhookTarget: Target<Input> = {
  name: "webhook",
  claim:
    "the cluster's webhook accepts what its model accepts, and nothing else (by server dry run)",
  inputs,
  async check(input) {
    const one = makeCase(input);
    const kube = await denoHost().connect({
      context: Deno.env.get("TKN_DEV_TEST_CONTEXT"),
      namespace: Deno.env.get("TKN_DEV_TEST_NAMESPACE"),
    });
    const takes = async (run: PipelineRun) => {
      try {
        await kube.create(PIPELINE_RUNS, run, { dryRun: true });
        return undefined;
      } catch (error) {
        if (error instanceof ExpectedError) return error.message;
        throw error;
      }
    };
    if (await takes(byReference(one)) !== undefined) return;
    for (const runManifest of runManifests(one, input)) {
      if (runManifest.whyNotInline !== undefined) continue;
      const { spec, ...run } = runManifest.inline();
      const why = await takes({ ...run, spec });
      const expected = clashesInline(spec.pipelineSpec!, spec.params ?? []);
      assert.equal(why === undefined, expected === undefined, `${why} <> ${expected}`);
    }
  },
  corpus: [],
  runs: 150,
  needsCluster: true,
  permissions: "inherit",
};

function makeCase({ seed }: Input): InlineCase {
  return deepFreeze(randomCase(new Random(seed), { isStrict: true }));
}

/** Returns the run with an upload in the target's place, and the run held at some of its steps. */
function runManifests(one: InlineCase, input: Input): RunManifest<PipelineRun>[] {
  return [...held(one, input), ...uploads(one)];
}

function byReference({ run: { params, bound } }: InlineCase): PipelineRun {
  const workspaces = bound.map((name) => ({ name, emptyDir: {} }));
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { generateName: "p-run-" },
    spec: { pipelineRef: { name: "p" }, params: [...params], workspaces },
  };
}

function held(one: InlineCase, { held }: Input): RunManifest<PipelineRun>[] {
  const { run: { pipeline: spec }, target, task } = one;
  const steps = task.spec.steps!.flatMap((step, index): StepToHold[] =>
    held[index] && step.ref === undefined ? [{ index, mode: "before" }] : []
  );
  if (steps.length === 0) return [];
  const tasks = [{ target, task: readTask(task), steps }];
  return [
    holdPipelineRun(byReference(one), { metadata: { name: "p" }, spec }, tasks, OPTIONS)
      .runManifest,
  ];
}

function uploads({ run, target, task }: InlineCase): RunManifest<PipelineRun>[] {
  const { pipeline: spec, params, bound } = run;
  const workspace = target.workspaces?.[0]?.name;
  // A StepAction's step becomes inline before it is held.
  const index = task.spec.steps!.findIndex((step) => step.ref === undefined);
  if (workspace === undefined || index < 0) return [];
  return [lowerPipeline({
    ...OPTIONS,
    pipeline: { kind: "Pipeline", metadata: { name: "p" }, spec },
    target,
    task: readTask(task),
    // One step of several, or the whole Task.
    standIn: { replaced: index === 0 ? [...task.spec.steps!.keys()] : [index], at: index },
    destination: into(workspace),
    namespace: "default",
    params: [...params],
    workspaces: bound.map((name) => ({ name, emptyDir: {} })),
  })];
}

function readTask({ name, spec }: InlineCase["task"]) {
  return { spec, metadata: { name } };
}
