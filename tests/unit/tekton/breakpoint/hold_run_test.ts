import assert from "node:assert/strict";
import { holdPipelineRun, holdTaskRun } from "../../../../src/tekton/breakpoint/hold_run.ts";
import { hasShell, type StepToHold } from "../../../../src/tekton/breakpoint/hold_steps.ts";
import type { ReadTask } from "../../../../src/tekton/inline/inline_task.ts";
import type {
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  TaskRun,
  TaskSpec,
} from "../../../../src/tekton/model.ts";
import { deepFreeze } from "../../../support/deep_freeze.ts";
import { GATE } from "../../../support/fake_gate.ts";

const OPTIONS = { gate: GATE, defaultTimeout: "1h0m0s" };
const MOUNT = { name: "gate-abc", mountPath: "/gate" };
const OWN_MOUNT = { name: "gate-abc-0", mountPath: "/gate" };

const before = (...places: number[]): StepToHold[] =>
  places.map((index) => ({ index, mode: "before" }));

function held(spec: TaskSpec, places: StepToHold[], options = {}) {
  const run: TaskRun = deepFreeze({
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: { taskRef: { name: "t" }, retries: 2 },
  });
  const task = deepFreeze({ metadata: { name: "t" }, spec });
  const { runManifest, held } = holdTaskRun(run, task, { steps: places }, {
    ...OPTIONS,
    ...options,
  });
  return { run: JSON.parse(JSON.stringify(runManifest.inline())), held };
}

Deno.test("a held step keeps its work, and the first held step brings the scripts for all", () => {
  const { run, held: places } = held({
    steps: [
      { name: "a", image: "i", script: "one", args: ["x"] },
      { image: "j", command: ["two"], args: ["y"] },
      { name: "c", image: "k", script: "three" },
    ],
  }, before(0, 1));
  assert.deepEqual(places, [
    { step: "a", targetStep: "a", mode: "before" },
    { step: "unnamed-1", targetStep: "unnamed-1", mode: "before" },
  ]);
  assert.deepEqual(run.spec.taskSpec, {
    steps: [
      {
        name: "a",
        image: "i",
        script: "#!/bin/sh\nhold\none",
        args: ["600", "", "x"],
        volumeMounts: [MOUNT],
      },
      {
        name: "unnamed-1",
        image: "j",
        script: "#!/bin/sh\nhold (carried)\n",
        args: ["600", "", "two", "y"],
        volumeMounts: [MOUNT],
      },
      { name: "c", image: "k", script: "three" },
    ],
    volumes: [{ name: "gate-abc", emptyDir: {} }],
  });
  assert.equal(run.spec.timeout, "1h0m0s1200s");
  assert.equal(run.spec.retries, undefined);
});

Deno.test("a step whose work is its image's entrypoint is held by a step before it", () => {
  const when = [{ input: "a", operator: "in", values: ["a"] }];
  const step = {
    name: "a",
    image: "i",
    args: ["x"],
    env: [{ name: "E", value: "e" }],
    when,
    results: [{ name: "out" }],
    onError: "continue",
    timeout: "5s",
    securityContext: { runAsUser: 7 },
    volumeMounts: [{ name: "v", mountPath: "/v" }],
  };
  const { run, held: places } = held({
    steps: [step, { name: "hold-a", image: "j", script: "s" }],
  }, before(0));
  assert.deepEqual(places, [{ step: "hold-a-2", targetStep: "a", mode: "before" }]);
  assert.deepEqual(run.spec.taskSpec.steps, [
    {
      name: "hold-a-2",
      image: "i",
      env: step.env,
      when,
      securityContext: { runAsUser: 7 },
      command: ["wait"],
      args: ["here"],
      results: [{ name: "run" }],
      timeout: "600s",
      volumeMounts: [{ name: "v", mountPath: "/v" }, OWN_MOUNT],
    },
    {
      ...step,
      when: [...when, {
        input: "$(steps.hold-a-2.results.run)",
        operator: "in",
        values: ["true"],
      }],
    },
    { name: "hold-a", image: "j", script: "s" },
  ]);
});

Deno.test("only the gate's step gets the gate's variables, after its own", () => {
  const env = [{ name: "HELD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }];
  const given = [{ name: "E", value: "e" }];
  const spec = {
    steps: [
      { name: "a", image: "i", script: "s", env: given },
      { name: "b", image: "i", args: ["x"] },
      { name: "c", image: "i", script: "s" },
    ],
  };
  const { run } = held(spec, [...before(0), ...before(1)], { gate: { ...GATE, env } });
  const envs = run.spec.taskSpec.steps!.map((
    { name, env }: { name: string; env?: unknown },
  ) => [name, env]);
  assert.deepEqual(envs, [
    ["a", [...given, ...env]],
    ["hold-b", env],
    ["b", undefined],
    ["c", undefined],
  ]);
});

Deno.test("without a shell, every held step has a waiting step before it", () => {
  const spec = { steps: [{ name: "a".repeat(60), image: "i", script: "s" }] };
  const { held: places } = held(spec, before(0), { withoutShell: true });
  const step = `hold-${"a".repeat(45)}`;
  assert.deepEqual(places, [{ step, targetStep: "a".repeat(60), mode: "before" }]);
});

Deno.test("a run with inline specs stays inline: only the held task changes", () => {
  const other: PipelineTask = { name: "b", taskSpec: { steps: [{ image: "i", script: "s" }] } };
  const target: PipelineTask = {
    name: "a",
    retries: 3,
    params: [{ name: "p", value: "$(context.pipelineTask.retries)" }],
    taskSpec: { steps: [{ name: "s", image: "i", script: "$(context.pipeline.name)" }] },
  };
  const spec = { tasks: [target, other] };
  const given: PipelineRun = deepFreeze({
    kind: "PipelineRun",
    metadata: { generateName: "r-" },
    spec: { pipelineSpec: spec },
  });
  const task = { spec: target.taskSpec! };
  const tasks = [{ target, task, steps: before(0) }];
  const { runManifest, held } = holdPipelineRun(given, { spec }, tasks, OPTIONS);
  const run = runManifest.inline();
  assert.deepEqual(held, [{ task: "a", step: "s", targetStep: "s", mode: "before" }]);
  assert.deepEqual(run.metadata, { generateName: "r-" });
  assert.equal(run.spec.taskRunSpecs, undefined);
  assert.deepEqual(run.spec.timeouts, { pipeline: "1h0m0s600s" });
  const [lowered, untouched] = run.spec.pipelineSpec!.tasks!;
  assert.equal(untouched, other);
  assert.equal(lowered.retries, undefined);
  assert.deepEqual(lowered.params, [{ name: "p", value: "3" }]);
  assert.equal(lowered.timeout, "1h0m0s600s");
  assert.equal(lowered.taskSpec!.steps![0].script, "#!/bin/sh\nhold\n$(context.pipeline.name)");
});

Deno.test("retries are literal in a referenced Task, which then needs objects, and filled in elsewhere", () => {
  const retries = "$(context.pipelineTask.retries)";
  const target: PipelineTask = {
    name: "a",
    retries: 3,
    taskRef: { name: "t" },
    params: [{ name: "p", value: retries }],
  };
  const task: ReadTask = {
    metadata: { name: "t" },
    spec: { params: [{ name: "p" }], steps: [{ image: "i", args: [retries], script: "s" }] },
  };
  const pipeline = deepFreeze({ metadata: { name: "p" }, spec: { tasks: [target] } });
  const given: PipelineRun = { kind: "PipelineRun", metadata: {}, spec: {} };
  const tasks = [{ target, task, steps: before(0) }];
  const { runManifest } = holdPipelineRun(given, pipeline, tasks, OPTIONS);
  assert.equal(
    runManifest.whyNotInline,
    `the Task of "a" has the text ${retries}, which would be filled in`,
  );
  const [{ spec: lowered }, held] = runManifest.temporary!("n").objects;
  const [{ params, retries: left }] = (lowered as PipelineSpec).tasks!;
  assert.deepEqual([params, left], [[{ name: "p", value: "3" }], undefined]);
  assert.equal((held.spec as TaskSpec).steps![0].args!.at(-1), retries);
});

Deno.test("each held step brings the scripts, up to the first step that surely runs", () => {
  const when = [{ input: "a", operator: "in", values: ["b"] }];
  const { run } = held({
    steps: [
      { name: "maybe", image: "i", script: "s", when },
      { name: "sure", image: "i", script: "s" },
      { name: "last", image: "i", script: "s" },
    ],
  }, before(0, 1, 2));
  assert.deepEqual(
    run.spec.taskSpec.steps.map(({ script }: { script: string }) => script.includes("(carried)")),
    [false, false, true],
  );
});

Deno.test("steps held on failure raise the timeout by one pause in all, steps held after by one each", () => {
  const spec = {
    steps: [{ name: "a", image: "i", script: "s" }, { name: "b", image: "i", script: "s" }],
  };
  const failure = held(spec, [{ index: 0, mode: "failure" }, { index: 1, mode: "failure" }]);
  assert.equal(failure.run.spec.timeout, "1h0m0s600s");
  assert.equal(failure.run.spec.taskSpec.steps[1].script, "#!/bin/sh\nhold failure (carried)\ns");
  const after = held(spec, [{ index: 0, mode: "after" }, { index: 1, mode: "after" }]);
  assert.equal(after.run.spec.timeout, "1h0m0s1200s");
});

Deno.test("if all steps are held, those whose image may lack a shell are held without one", () => {
  const all = (...places: number[]): StepToHold[] =>
    places.map((index) => ({ index, mode: "before", isOneOfAll: true }));
  const { held: places } = held({
    steps: [
      { name: "script", image: "i", script: "s" },
      { name: "program", image: "i", command: ["/kaniko/executor"] },
    ],
  }, all(0, 1));
  assert.deepEqual(places.map(({ step }) => step), ["script", "hold-program"]);
});

Deno.test("an image has a shell if the step's own work runs in one", () => {
  for (const script of ["x", "#!/bin/sh -e\nx", "#!/usr/bin/env bash\nx", "\n#! /bin/bash\n"]) {
    assert.equal(hasShell({ script }), true, script);
  }
  for (const script of ["#!/usr/bin/env python3\nx", "#!/usr/bin/fish\n"]) {
    assert.equal(hasShell({ script }), false, script);
  }
  assert.equal(hasShell({ command: ["/bin/bash", "-c"] }), true);
  assert.equal(hasShell({ command: ["make"] }), false);
  assert.equal(hasShell({}), false);
});
