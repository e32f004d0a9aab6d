import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import type { RunEvent } from "../../../../src/events.ts";
import { holdPipeline, holdTask } from "../../../../src/resolve/resolve_held_run.ts";
import type { ResolveContext } from "../../../../src/resolve/resolve.ts";
import type { Breakpoints } from "../../../../src/tekton/breakpoint/debug_spec.ts";
import { resultsOfStep } from "../../../../src/tekton/breakpoint/step_results.ts";
import type { PipelineRun, PipelineTask, TaskRun, TaskSpec } from "../../../../src/tekton/model.ts";
import type { StandIn } from "../../../../src/tekton/source/replaced_steps.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { GATE, into } from "../../../support/fake_gate.ts";

const OPTIONS = { gate: GATE, defaultTimeout: "1h0m0s" };

/** Fetches, then builds; the build writes the result. */
const BUILD: TaskSpec = {
  workspaces: [{ name: "source" }],
  results: [{ name: "file" }],
  steps: [
    { name: "fetch", image: "i", script: "git clone" },
    { name: "make", image: "i", script: "make >$(results.file.path)" },
  ],
};

const fetched: StandIn = { replaced: [0], at: 0 };

const breakpoints = (some: Partial<Breakpoints>): Breakpoints => ({
  tasks: [],
  steps: [],
  ...some,
});

function context(): ResolveContext & { events: RunEvent[] } {
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => void events.push(event);
  return { kube: new FakeKube(), emit, events } as unknown as ResolveContext & {
    events: RunEvent[];
  };
}

const RUN: TaskRun = { kind: "TaskRun", metadata: { name: "r" }, spec: { taskRef: { name: "t" } } };

async function inTask(asked: Partial<Breakpoints>, standIn = fetched) {
  const upload = { task: { spec: BUILD }, standIn, destination: into("source") };
  const held = await holdTask(context(), RUN, { spec: BUILD }, breakpoints(asked), {
    ...OPTIONS,
    upload,
  });
  const { taskSpec, timeout } = JSON.parse(JSON.stringify(held.runManifest.inline())).spec;
  const steps = taskSpec.steps.map(({ name, script }: { name: string; script: string }) =>
    `${name}: ${script.split("\n").slice(1).join(" ").trim()}`
  );
  const places = held.held.map(({ step, mode }) => `${step} ${mode}`);
  return { steps, volumes: taskSpec.volumes, timeout, places, upload: held.upload };
}

Deno.test("an upload and a breakpoint share a gate's files, and each may hold", async () => {
  assert.deepEqual(await inTask({ steps: [{ step: "make" }] }), {
    steps: ["fetch: hold", "make: hold (carried) make >$(results.file.path)"],
    volumes: [{ name: "gate-abc", emptyDir: {} }],
    timeout: "1h0m0s1200s",
    places: ["make before"],
    upload: { step: "fetch", isHeld: false, isWhole: false },
  });
});

Deno.test("a breakpoint before the upload brings the gate's files too", async () => {
  const { steps } = await inTask({ steps: [{ step: "fetch" }] }, { replaced: [1], at: 1 });
  assert.deepEqual(steps, ["fetch: hold git clone", "make: hold"]);
});

Deno.test("a breakpoint at a step that the upload stands in for holds after the upload", async () => {
  const { steps, places, upload, timeout } = await inTask({ steps: [{ step: "fetch" }] });
  assert.deepEqual([steps[0], places, timeout], ["fetch: hold", [], "1h0m0s600s"]);
  assert.deepEqual(upload, { step: "fetch", isHeld: true, isWhole: false });
});

Deno.test("the first step is the first that the upload leaves, or else the upload's", async () => {
  assert.deepEqual((await inTask({ firstStep: true })).places, ["make before"]);
  const before = await inTask({ firstStep: true }, { replaced: [], at: 0 });
  assert.deepEqual(before.places, ["fetch before"]);
  assert.deepEqual(before.upload, { step: "upload", isHeld: false, isWhole: false });
  const whole = await inTask({ firstStep: true }, { replaced: [0, 1], at: 0 });
  assert.deepEqual([whole.places, whole.upload?.isHeld, whole.upload?.isWhole], [[], true, true]);
});

Deno.test("steps that fail and every step are those that the upload leaves", async () => {
  assert.deepEqual((await inTask({ onFailure: true })).places, ["make failure"]);
  assert.deepEqual((await inTask({ everyStep: true })).places, ["make before"]);
});

const CLONE: PipelineTask = {
  name: "clone",
  taskSpec: { workspaces: [{ name: "source" }], steps: [{ name: "s", image: "i", script: "git" }] },
  workspaces: [{ name: "source", workspace: "code" }],
};
const TEST: PipelineTask = {
  name: "test",
  runAfter: ["clone"],
  taskSpec: { steps: [{ name: "s", image: "i", script: "test" }] },
};

async function inPipeline(asked: Partial<Breakpoints>) {
  const pipeline = { metadata: { name: "p" }, spec: { tasks: [CLONE, TEST] } };
  const run: PipelineRun = { kind: "PipelineRun", metadata: { name: "r" }, spec: {} };
  const held = await holdPipeline(context(), run, pipeline, breakpoints(asked), {
    ...OPTIONS,
    upload: {
      target: CLONE,
      task: { spec: CLONE.taskSpec! },
      standIn: { replaced: [0], at: 0 },
      destination: into("source"),
    },
  });
  const { timeouts } = held.runManifest.inline().spec;
  const places = held.held.map(({ task, step, mode }) => `${task}/${step} ${mode}`);
  return { places, upload: held.upload, timeout: timeouts?.pipeline };
}

Deno.test("a Pipeline holds for the upload and at breakpoints of other tasks", async () => {
  assert.deepEqual(await inPipeline({ onFailure: true }), {
    places: ["test/s failure"],
    upload: { task: "clone", step: "s", isHeld: false, isWhole: true },
    timeout: "1h0m0s1200s",
  });
  const { places, upload } = await inPipeline({ tasks: ["clone", "test"] });
  assert.deepEqual([places, upload?.isHeld], [["test/s before"], true]);
});

Deno.test("a step is the one to write a result that no later step names", () => {
  const spec: TaskSpec = {
    results: [
      { name: "early" },
      { name: "both" },
      { name: "unnamed" },
      { name: "built", value: "$(steps.a.results.x)" },
    ],
    steps: [
      {
        name: "a",
        results: [{ name: "x" }, { name: "unread" }],
        script: "$(results.early.path) /tekton/results/both",
      },
      { name: "b", env: [{ name: "R", value: "$(results.both.path)" }], script: "x" },
      { name: "c", script: "y" },
    ],
  };
  assert.deepEqual([0, 1, 2].map((at) => resultsOfStep(spec, at)), [
    ["early", "step:x"],
    ["both"],
    ["unnamed"],
  ]);
});
