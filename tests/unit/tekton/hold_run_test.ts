import assert from "node:assert/strict";
import { holdPipelineRun, holdTaskRun } from "../../../src/tekton/hold_run.ts";
import type { PipelineRun, PipelineTask, TaskRun, TaskSpec } from "../../../src/tekton/model.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";
import { GATE } from "../../support/fake_gate.ts";

const OPTIONS = { gate: GATE, defaultTimeout: "1h0m0s" };
const MOUNT = (at: number) => ({ name: `gate-abc-${at}`, mountPath: "/gate" });

function held(spec: TaskSpec, places: number[], options = {}) {
  const run: TaskRun = deepFreeze({
    kind: "TaskRun",
    metadata: { name: "r" },
    spec: { taskRef: { name: "t" }, retries: 2 },
  });
  const task = deepFreeze({ metadata: { name: "t" }, spec });
  const { placement, held } = holdTaskRun(run, task, places, { ...OPTIONS, ...options });
  return { run: JSON.parse(JSON.stringify(placement.inline())), held };
}

Deno.test("a held step keeps its work, in a volume of its own: a pod's volume is all its steps'", () => {
  const { run, held: places } = held({
    steps: [
      { name: "a", image: "i", script: "one", args: ["x"] },
      { image: "j", command: ["two"], args: ["y"] },
      { name: "c", image: "k", script: "three" },
    ],
  }, [0, 1]);
  assert.deepEqual(places, [{ step: "a", of: "a" }, { step: "unnamed-1", of: "unnamed-1" }]);
  assert.deepEqual(run.spec.taskSpec, {
    steps: [
      {
        name: "a",
        image: "i",
        script: "#!/bin/sh\nhold\none",
        args: ["600", "", "x"],
        volumeMounts: [MOUNT(0)],
      },
      {
        name: "unnamed-1",
        image: "j",
        script: "#!/bin/sh\nhold\n",
        args: ["600", "", "two", "y"],
        volumeMounts: [MOUNT(1)],
      },
      { name: "c", image: "k", script: "three" },
    ],
    volumes: [{ name: "gate-abc-0", emptyDir: {} }, { name: "gate-abc-1", emptyDir: {} }],
  });
  assert.equal(run.spec.timeout, "1h0m0s1200s");
  assert.equal(run.spec.retries, undefined);
});

Deno.test("a step whose work is its image's own entrypoint is held by one before it", () => {
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
  }, [0]);
  assert.deepEqual(places, [{ step: "hold-a-2", of: "a" }]);
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
      volumeMounts: [{ name: "v", mountPath: "/v" }, MOUNT(0)],
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

Deno.test("without a shell every held step has one before it, whatever its work", () => {
  const spec = { steps: [{ name: "a".repeat(60), image: "i", script: "s" }] };
  const { held: places } = held(spec, [0], { withoutShell: true });
  assert.deepEqual(places, [{ step: `hold-${"a".repeat(45)}`, of: "a".repeat(60) }]);
});

Deno.test("a run with its specs inline stays so: only the held task changes", () => {
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
  const tasks = [{ target, task, steps: [0] }];
  const { placement, held } = holdPipelineRun(given, { spec }, tasks, OPTIONS);
  const run = placement.inline();
  assert.deepEqual(held, [{ task: "a", step: "s", of: "s" }]);
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
