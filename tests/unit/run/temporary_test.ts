import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import { LiveRun, type Run } from "../../../src/run/live_run.ts";
import { createRun } from "../../../src/run/start.ts";
import { removeTemporary } from "../../../src/run/temporary.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  TASK_RUNS,
  TASKS,
} from "../../../src/tekton/model.ts";
import type { Placement } from "../../../src/tekton/place.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { ended } from "./stage.ts";

const OBJECTS: KubeObject[] = [
  { kind: "Pipeline", metadata: { name: "n", namespace: "default" } },
  { kind: "Task", metadata: { name: "n-0", namespace: "default" } },
];
const OWNER = [{ apiVersion: "tekton.dev/v1", kind: "PipelineRun", name: "r", uid: "uid-0" }];

function placement(kind: string, whyNotInline?: string): Placement {
  const metadata = { name: "r", namespace: "default" };
  const objects = kind === "PipelineRun" ? OBJECTS : OBJECTS.slice(1);
  return {
    whyNotInline,
    inline: () => ({ kind, metadata, spec: { pipelineSpec: {} } }),
    temporary: () => ({
      run: { kind, metadata, spec: { status: "PipelineRunPending" } } as Run,
      objects,
    }),
  };
}

function forbidden() {
  const what = { verb: "create", kind: "PipelineRun", name: "r", namespace: "default", server: "" };
  return refused(what, {
    code: 400,
    message: 'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: ' +
      "validation failed: must not set the field(s): spec.pipelineSpec",
  });
}

Deno.test("inline is the first choice", async () => {
  const kube = new FakeKube();
  const { objects, why } = await createRun(kube, placement("PipelineRun"), "n");
  assert.deepEqual(kube.changes, ["create PipelineRun r"]);
  assert.deepEqual([objects, why], [[], undefined]);
});

Deno.test("where the cluster forbids it the run waits for its objects, which it owns", async () => {
  const kube = new FakeKube();
  let refusals = 1;
  kube.onChange = () => {
    if (refusals-- > 0) throw forbidden();
  };
  const { run, objects, why } = await createRun(kube, placement("PipelineRun"), "n");
  assert.deepEqual(kube.changes, [
    "create PipelineRun r",
    "create Pipeline n",
    "create Task n-0",
    'patch PipelineRun r {"spec":{"status":null}}',
  ]);
  assert.equal((run as PipelineRun).spec.status, undefined);
  assert.equal(why, "this cluster forbids specs inline (disable-inline-spec)");
  assert.equal(objects.length, 2);
  for (const [resource, name] of [[PIPELINES, "n"], [TASKS, "n-0"]] as const) {
    assert.deepEqual((await kube.get(resource, "default", name)).metadata.ownerReferences, OWNER);
  }
});

Deno.test("without the right to create objects the refusal is what is told", async () => {
  const kube = new FakeKube();
  kube.onChange = (change) => {
    const what = { verb: "create", kind: "Pipeline", name: "n", namespace: "default", server: "" };
    if (change === "create Pipeline n") throw refused(what, { code: 403, message: "no" });
    if (kube.changes.length === 0 && !started) {
      started = true;
      throw forbidden();
    }
  };
  let started = false;
  const creating = createRun(kube, placement("PipelineRun"), "n");
  assert.match(await rejection(creating, ClusterError), /must not set the field/);
  assert.equal(kube.changes.at(-1), "delete PipelineRun r");
});

Deno.test("another refusal is told as it is", async () => {
  const kube = new FakeKube();
  kube.onChange = () => {
    throw new ClusterError("no");
  };
  assert.equal(await rejection(createRun(kube, placement("PipelineRun"), "n"), ClusterError), "no");
});

Deno.test("an object that can't be created takes the run along", async () => {
  const kube = new FakeKube();
  kube.onChange = (change) => {
    if (change === "create Task n-0") throw new ClusterError("no");
  };
  const creating = createRun(kube, placement("PipelineRun", "it has text"), "n");
  assert.equal(await rejection(creating, ClusterError), "no");
  assert.equal(kube.changes.at(-1), "delete PipelineRun r");
});

Deno.test("a TaskRun comes after its Task, which it then owns; without it the Task goes", async () => {
  const kube = new FakeKube();
  await createRun(kube, placement("TaskRun", "it has text"), "n");
  assert.deepEqual(kube.changes.slice(0, 2), ["create Task n-0", "create TaskRun r"]);
  const [owner] = (await kube.get(TASKS, "default", "n-0")).metadata.ownerReferences!;
  assert.deepEqual([owner.kind, owner.name], ["TaskRun", "r"]);

  const other = new FakeKube();
  other.onChange = (change) => {
    if (change === "create TaskRun r") throw new ClusterError("no");
  };
  await rejection(createRun(other, placement("TaskRun", "it has text"), "n"), ClusterError);
  assert.deepEqual(other.changes, ["create Task n-0", "delete Task n-0"]);
});

/** A run whose objects are there. */
async function created() {
  const kube = new FakeKube();
  const { run, objects } = await createRun(kube, placement("PipelineRun", "it has text"), "n");
  const live = new LiveRun(kube, run);
  const stop = new AbortController();
  const removed = removeTemporary(kube, live, objects, stop.signal);
  const deleted = () => kube.changes.filter((change) => change.startsWith("delete"));
  return { kube, live, stop, removed, deleted };
}

Deno.test("each object goes once a step of a TaskRun that was made of it runs, not when it is stored", async () => {
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

for (const how of ["the run has ended", "nobody waits any more"]) {
  Deno.test(`all go when ${how}`, async () => {
    const { kube, live, stop, removed, deleted } = await created();
    await using _ = live;
    if (how === "the run has ended") {
      kube.update<PipelineRun>(PIPELINE_RUNS, "r", (run) => run.status = ended(true, "Succeeded"));
    } else stop.abort();
    await removed;
    assert.deepEqual(deleted(), ["delete Pipeline n", "delete Task n-0"]);
  });
}
