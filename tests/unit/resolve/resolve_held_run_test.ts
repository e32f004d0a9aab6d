import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import { holdPipeline, holdTask } from "../../../src/resolve/resolve_held_run.ts";
import type { ResolveContext } from "../../../src/resolve/resolve.ts";
import type { Breakpoints } from "../../../src/tekton/breakpoint/debug_spec.ts";
import type { Pipeline, Step, Task } from "../../../src/tekton/model.ts";
import { newPipelineRun, newTaskRun } from "../../../src/tekton/new_run.ts";
import { GATE } from "../../support/fake_gate.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

const SCRIPT = (name: string): Step => ({ name, image: "i", script: "true" });
const PROGRAM: Step = { name: "program", image: "i", command: ["/kaniko"] };

const PIPELINE: Pipeline = {
  kind: "Pipeline",
  metadata: { name: "p" },
  spec: {
    tasks: [
      { name: "a", taskSpec: { steps: [SCRIPT("one"), PROGRAM] } },
      { name: "many", matrix: {}, taskSpec: { steps: [SCRIPT("s")] } },
      { name: "gone", taskRef: { name: "not-there" } },
    ],
    finally: [{ name: "last", taskSpec: { steps: [SCRIPT("s")] } }],
  },
};

const NONE: Breakpoints = { tasks: [], steps: [] };
const ASKED = { name: "p", namespace: "default", params: [], workspaces: [] };

function context() {
  const notes: string[] = [];
  const kube = new FakeKube();
  const host = new FakeHost(undefined, kube);
  const resolving: ResolveContext = {
    kube,
    clock: host.clock,
    random: host.random,
    interrupt: host.interrupt,
    emit: (event: RunEvent) => void (event.kind === "note" && notes.push(event.text)),
    allowProbe: false,
    parse: JSON.parse,
  };
  return { resolving, notes };
}

async function held(asked: Partial<Breakpoints>, pipeline = PIPELINE) {
  const { resolving, notes } = context();
  const run = newPipelineRun(ASKED);
  const options = { gate: GATE };
  const found = await holdPipeline(resolving, run, pipeline, { ...NONE, ...asked }, options);
  return { places: found.held.map(({ task, step, mode }) => `${task}/${step} ${mode}`), notes };
}

Deno.test("a task holds at its first step, a step at itself, after its work if requested", async () => {
  assert.deepEqual((await held({ tasks: ["a"] })).places, ["a/one before"]);
  const steps = [{ task: "last", step: "s" }];
  assert.deepEqual((await held({ steps, after: true })).places, ["last/s after"]);
});

Deno.test("every step means those of all tasks, or of the named tasks", async () => {
  const all = await held({ everyStep: true });
  assert.deepEqual(all.places, ["a/one before", "a/hold-program before", "last/s before"]);
  assert.deepEqual(all.notes.map((note) => note.slice(0, 24)), [
    "Task many will not hold:",
    "Task gone will not hold:",
  ]);
  const one = await held({ everyStep: true, tasks: ["a"] });
  assert.deepEqual(one.places, ["a/one before", "a/hold-program before"]);
  assert.deepEqual(one.notes, []);
});

Deno.test("on failure hold all steps that certainly have a shell; the others are noted", async () => {
  const { places, notes } = await held({ onFailure: true });
  assert.deepEqual(places, ["a/one failure", "last/s failure"]);
  assert.equal(
    notes[0],
    'Step program of task "a" will not hold: its image may have no shell',
  );
});

Deno.test("a named step holds before its work, the others when they fail", async () => {
  const { places } = await held({ onFailure: true, tasks: ["last"] });
  assert.deepEqual(places, ["a/one failure", "last/s before"]);
});

Deno.test("a named task or step that can't be held is refused", async () => {
  assert.match(await rejection(held({ tasks: ["many"] }), UsageError), /"many".*it is a matrix/);
  assert.match(
    await rejection(held({ tasks: ["x"] }), UsageError),
    /its tasks: a, many, gone, last/,
  );
  const steps = [{ task: "a", step: "x" }];
  assert.match(await rejection(held({ steps }), UsageError), /its steps: one, program/);
});

Deno.test("the steps of a Task hold alike", async () => {
  const task: Task = {
    kind: "Task",
    metadata: { name: "t" },
    spec: { steps: [SCRIPT("one"), PROGRAM, SCRIPT("two")] },
  };
  const places = async (asked: Partial<Breakpoints>) => {
    const { resolving } = context();
    const run = newTaskRun({ ...ASKED, name: "t" });
    const all = await holdTask(resolving, run, task, { ...NONE, ...asked }, { gate: GATE });
    return all.held.map(({ step, mode }) => `${step} ${mode}`);
  };
  assert.deepEqual(await places({ steps: [{ step: "two" }] }), ["two before"]);
  assert.deepEqual(await places({ onFailure: true }), ["one failure", "two failure"]);
  assert.deepEqual(await places({ everyStep: true, after: true }), ["one after", "two after"]);
});
