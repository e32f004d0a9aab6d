import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { refused, unreachable } from "../../../../src/kube/status.ts";
import { LiveRun } from "../../../../src/run/live_run.ts";
import { createRun } from "../../../../src/run/create/create_run.ts";
import { removeTemporary } from "../../../../src/run/create/temporary_objects.ts";
import {
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  type Run,
  type RunKind,
  type Task,
  TASK_RUNS,
  TASKS,
} from "../../../../src/tekton/model.ts";
import type { RunManifest } from "../../../../src/tekton/run_manifest.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeClock } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { until } from "../../../support/fake_transport.ts";
import { rejection } from "../../../support/refusal.ts";
import { ended } from "../stage.ts";

const OBJECTS: (Pipeline | Task)[] = [
  { kind: "Pipeline", metadata: { name: "n", namespace: "default" }, spec: {} },
  { kind: "Task", metadata: { name: "n-0", namespace: "default" }, spec: {} },
];

function runManifest(kind: RunKind, whyNotInline?: string, generateName?: string): RunManifest {
  const name = generateName === undefined ? "r" : undefined;
  const metadata = { name, generateName, namespace: "default" };
  const objects = kind === "PipelineRun" ? OBJECTS : OBJECTS.slice(1);
  return {
    whyNotInline,
    inline: () => ({ kind, metadata, spec: { pipelineSpec: {} } }),
    temporary: (name) => ({
      run: { kind, metadata, spec: {} } as Run,
      objects: generateName === undefined ? objects : objects.map((object) => {
        return { ...object, metadata: { ...object.metadata, name } };
      }),
    }),
  };
}

/** Returns a context to create objects, with a clock that advances by itself. */
function creating(kube: FakeKube) {
  const { clock, random, interrupt } = new FakeHost();
  clock.isAutomatic = true;
  return { kube, clock, random, interrupt };
}

function forbidden() {
  const what = { verb: "create", kind: "PipelineRun", name: "r", namespace: "default", server: "" };
  return refused(what, {
    code: 400,
    message: 'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: ' +
      "validation failed: must not set the field(s): spec.pipelineSpec",
  });
}

Deno.test("a run is created inline if possible", async () => {
  const kube = new FakeKube();
  const { objects, why } = await createRun(creating(kube), runManifest("PipelineRun"));
  assert.deepEqual(kube.changes, ["create PipelineRun r"]);
  assert.deepEqual([objects, why], [[], undefined]);
});

for (const kind of ["PipelineRun", "TaskRun"] as const) {
  Deno.test(`if inline is forbidden, a ${kind} is created after its objects, and owns them`, async () => {
    const kube = new FakeKube();
    let refusals = 1;
    kube.onChange = () => {
      if (refusals-- > 0) throw forbidden();
    };
    const { run, objects, why, owned } = await createRun(creating(kube), runManifest(kind));
    await owned;
    const names = objects.map((object) => `${object.kind} ${object.metadata.name}`);
    assert.deepEqual(kube.changes.slice(0, names.length + 1), [
      ...names.map((name) => `create ${name}`),
      `create ${kind} r`,
    ]);
    assert.equal(run.spec.status, undefined);
    assert.equal(why, "this cluster forbids specs inline (disable-inline-spec)");
    assert.equal(objects.length, kind === "PipelineRun" ? 2 : 1);
    const { uid } = run.metadata;
    for (const { kind: of, metadata: { name } } of objects) {
      const { metadata } = await kube.get(of === "Task" ? TASKS : PIPELINES, "default", name!);
      assert.deepEqual(metadata.ownerReferences, [
        { apiVersion: "tekton.dev/v1", kind, name: "r", uid },
      ]);
      assert.equal(metadata.annotations?.["tkn-dev/run"], `${kind}/r`);
      assert.ok(metadata.labels?.["tkn-dev/version"]);
      assert.match(
        metadata.annotations?.["tkn-dev/invocation"] ?? "",
        new RegExp(`^${of}/${name}/\\w{16}/\\d+$`),
      );
    }
  });
}

Deno.test("without the right to create objects, the refusal is reported and no object is left", async () => {
  const kube = new FakeKube();
  let started = false;
  kube.onChange = (change) => {
    const what = { verb: "create", kind: "Pipeline", name: "n", namespace: "default", server: "" };
    if (change === "create Pipeline n") throw refused(what, { code: 403, message: "no" });
    if (!started) {
      started = true;
      throw forbidden();
    }
  };
  const failing = createRun(creating(kube), runManifest("PipelineRun"));
  assert.match(await rejection(failing, ClusterError), /must not set the field/);
  assert.deepEqual(kube.changes, ["create Task n-0", "delete Task n-0"]);
});

Deno.test("another refusal is reported unchanged", async () => {
  const kube = new FakeKube();
  kube.onChange = () => {
    throw new ClusterError("no");
  };
  const failing = createRun(creating(kube), runManifest("PipelineRun"));
  assert.equal(await rejection(failing, ClusterError), "no");
});

Deno.test("the objects of a refused run are removed", async () => {
  const kube = new FakeKube();
  kube.onChange = (change) => {
    if (change === "create PipelineRun r") throw new ClusterError("no");
  };
  const failing = createRun(creating(kube), runManifest("PipelineRun", "it has text"));
  assert.equal(await rejection(failing, ClusterError), "no");
  assert.deepEqual(kube.changes.slice(2), ["delete Pipeline n", "delete Task n-0"]);
});

Deno.test("a run that may exist keeps its objects", async () => {
  const kube = new FakeKube();
  kube.accidents.push(undefined, undefined, "answer lost");
  kube.onRead = () => {
    throw unreachable("s", new Error("gone"));
  };
  const failing = createRun(creating(kube), runManifest("PipelineRun", "it has text"));
  assert.match(await rejection(failing, ClusterError), /"r" was created, it may exist: /);
  assert.deepEqual(kube.changes.slice(2), ["create PipelineRun r"]);
});

Deno.test("a name in use is left alone, and all is created under another name", async () => {
  const kube = new FakeKube();
  const other = { kind: "Task", metadata: { name: "tkn-dev-rrrrr0" }, spec: { steps: [] } };
  kube.put(TASKS, other);
  const placed = runManifest("TaskRun", "it has text", "r-");
  const { objects: [object] } = await createRun(creating(kube), placed);
  assert.notEqual(object.metadata.name, other.metadata.name);
  const { ownerReferences } = (await kube.get(TASKS, "default", "tkn-dev-rrrrr0")).metadata;
  assert.equal(ownerReferences, undefined);
  assert.deepEqual(kube.changes.filter((change) => change.startsWith("delete")), []);
});

/** Creates a run with its temporary objects. */
async function created() {
  const kube = new FakeKube();
  const making = creating(kube);
  const { run, objects } = await createRun(making, runManifest("PipelineRun", "it has text"));
  const live = new LiveRun(kube, run, new FakeClock());
  const stop = new AbortController();
  const late = new AbortController().signal;
  const removed = removeTemporary(making, live, objects, { signal: stop.signal, late });
  const deleted = () => kube.changes.filter((change) => change.startsWith("delete"));
  return { kube, live, stop, removed, deleted };
}

Deno.test("each object is removed once a step made from it runs, not when its spec is stored", async () => {
  const { kube, live, removed, deleted } = await created();
  await using _ = live;
  kube.update<PipelineRun>(PIPELINE_RUNS, "r", (run) => run.status = { pipelineSpec: {} });
  const labels = { "tekton.dev/pipelineRun": "r" };
  const taskRun = (name: string, task: string, state: object) => ({
    metadata: { name, labels },
    spec: { taskRef: { name: task } },
    status: { taskSpec: {}, steps: [{ name: "s", ...state }] },
  });
  kube.put(TASK_RUNS, taskRun("r-b", "other", { waiting: {} }));
  await until(() => live.taskRuns.size === 1);
  assert.deepEqual(deleted(), []);
  kube.put(TASK_RUNS, taskRun("r-b", "other", { running: {} }));
  await until(() => deleted().length === 1);
  assert.deepEqual(deleted(), ["delete Pipeline n"]);
  kube.put(TASK_RUNS, taskRun("r-a", "n-0", { running: {} }));
  await removed;
  assert.deepEqual(deleted(), ["delete Pipeline n", "delete Task n-0"]);
});

Deno.test("all objects are removed when the run has ended", async () => {
  const { kube, live, removed, deleted } = await created();
  await using _ = live;
  kube.update<PipelineRun>(PIPELINE_RUNS, "r", (run) => run.status = ended(true, "Succeeded"));
  await removed;
  assert.deepEqual(deleted(), ["delete Pipeline n", "delete Task n-0"]);
});

Deno.test("a run that continues without the client keeps objects that Tekton has yet to read", async () => {
  const { live, stop, removed, deleted } = await created();
  await using _ = live;
  stop.abort();
  await removed;
  assert.deepEqual(deleted(), []);
});
