import assert from "node:assert/strict";
import { denoHost } from "../../../src/deno/host.ts";
import { ExpectedError } from "../../../src/errors.ts";
import { holdPipelineRun, type StepToHold } from "../../../src/tekton/hold_run.ts";
import { lowerPipeline } from "../../../src/tekton/lower_pipeline.ts";
import {
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  type PipelineSpec,
} from "../../../src/tekton/model.ts";
import { typeOf } from "../../../src/tekton/params.ts";
import type { Placement } from "../../../src/tekton/place.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";
import { GATE } from "../../support/fake_gate.ts";
import { Random } from "../../support/random.ts";
import { type InlineCase, randomCase } from "../../support/random_pipeline.ts";
import { clashesInline } from "../../support/webhook_model.ts";
import { fc, type Target } from "../target.ts";

/** Of a Pipeline, for tests/support/random_pipeline.ts, and which of its target's steps are held. */
interface Input {
  readonly seed: number;
  readonly held: boolean[];
}

const inputs = fc.record({
  seed: fc.nat(),
  held: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
});

export const loweringTarget: Target<Input> = {
  name: "lowering",
  claim: "a run that the webhook takes inline is one that it takes lowered, or goes by objects",
  inputs,
  check(input) {
    const one = makeCase(input);
    const { pipeline, params } = one.run;
    if (clashesInline(pipeline, params) !== undefined || isMistyped(pipeline)) return;
    for (const placement of placements(one, input)) {
      const { spec } = placement.inline();
      if (placement.whyNotInline !== undefined) {
        assert.match(placement.whyNotInline, /\S/);
        assert.ok(placement.temporary!("tmp").objects.length > 0);
      } else assert.equal(clashesInline(spec.pipelineSpec!, spec.params ?? []), undefined);
    }
  },
  corpus: [],
  runs: 4_000,
};

export const webhookTarget: Target<Input> = {
  name: "webhook",
  claim: "the cluster's webhook takes what its model takes, and nothing else (by server dry run)",
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
    for (const placement of placements(one, input)) {
      if (placement.whyNotInline !== undefined) continue;
      const { spec, ...run } = placement.inline();
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

/** A task passes another type than it declares: such a run fails, and what order its params have decides where. */
function isMistyped({ tasks = [], finally: last = [] }: PipelineSpec): boolean {
  return [...tasks, ...last].some(({ params = [], taskSpec }) =>
    params.some(({ name, value }) => {
      const declared = taskSpec?.params?.find((spec) => spec.name === name);
      return declared !== undefined && typeOf(declared) !== typeOf({ default: value });
    })
  );
}

function makeCase({ seed }: Input): InlineCase {
  return deepFreeze(randomCase(new Random(seed), { isStrict: true }));
}

/** The run with an upload in the target's place, and held at some of its steps. */
function placements(one: InlineCase, { held }: Input): Placement<PipelineRun>[] {
  const { run: { pipeline: spec, params, bound }, target, task } = one;
  const pipeline: Pipeline = { metadata: { name: "p" }, spec };
  const workspaces = bound.map((name) => ({ name, emptyDir: {} }));
  const run: PipelineRun = {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { generateName: "p-run-" },
    spec: { pipelineRef: { name: "p" }, params: [...params], workspaces },
  };
  const read = { spec: task.spec, metadata: { name: task.name } };
  const steps = task.spec.steps!.flatMap((step, index): StepToHold[] =>
    held[index] && step.ref === undefined ? [{ index, mode: "before" }] : []
  );
  const workspace = target.workspaces?.[0]?.name;
  // A step of a StepAction is put inline before it is held.
  const index = task.spec.steps!.findIndex((step) => step.ref === undefined);
  const options = { gate: GATE, defaultTimeout: "1h0m0s" };
  return [
    ...steps.length === 0
      ? []
      : [holdPipelineRun(run, pipeline, [{ target, task: read, steps }], options).placement],
    ...workspace === undefined || index < 0 ? [] : [lowerPipeline({
      ...options,
      pipeline,
      target,
      task: read,
      step: { step: task.spec.steps![index], index },
      workspace,
      namespace: "default",
      params: [...params],
      workspaces,
    })],
  ];
}
