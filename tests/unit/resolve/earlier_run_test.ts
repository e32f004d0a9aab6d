import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import { HELD_LABELS } from "../../../src/objects/marks.ts";
import { readEarlierRun, readLastRun } from "../../../src/resolve/earlier_run.ts";
import { withAsked } from "../../../src/tekton/asked_run.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

const second = (at: number) => `2026-01-01T00:00:0${at}Z`;

function pipelineRun(kube: FakeKube, name: string, at: number, given: Partial<PipelineRun> = {}) {
  const { metadata, spec = { pipelineRef: { name: "p" } } } = given;
  const labels = { "tekton.dev/pipeline": "p", ...metadata?.labels };
  kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: { name, creationTimestamp: second(at), ...metadata, labels },
    spec,
  });
}

function taskRun(
  kube: FakeKube,
  name: string,
  labels: Record<string, string>,
  spec: TaskRun["spec"],
) {
  kube.put<TaskRun>(TASK_RUNS, {
    metadata: { name, creationTimestamp: second(1), labels },
    spec,
  });
}

const last = async (kube: FakeKube, resolver?: string, name: string | undefined = "p") =>
  (await readLastRun(kube, { kind: "PipelineRun", name, resolver })).metadata.name;

Deno.test("the newest run counts, and of the same second the first", async () => {
  const kube = new FakeKube();
  pipelineRun(kube, "a", 1);
  pipelineRun(kube, "b", 3);
  pipelineRun(kube, "c", 3);
  pipelineRun(kube, "other", 5, { metadata: { labels: { "tekton.dev/pipeline": "q" } } });
  assert.equal(await last(kube), "b");
});

Deno.test("the run comes with the spec that its user asked for", async () => {
  const kube = new FakeKube();
  const spec = { pipelineRef: { name: "p" }, timeouts: { pipeline: "1h0m0s" } };
  const { metadata } = withAsked<PipelineRun>({ kind: "PipelineRun", metadata: {}, spec });
  pipelineRun(kube, "held", 1, {
    metadata: { ...metadata, labels: { ...HELD_LABELS } },
    spec: { pipelineSpec: {}, params: [{ name: "a", value: "1" }] },
  });
  const run = await readLastRun(kube, { kind: "PipelineRun", name: "p" });
  assert.deepEqual(run.spec, {
    ...spec,
    params: [{ name: "a", value: "1" }],
    workspaces: undefined,
  });
  assert.deepEqual((await readEarlierRun(kube, "PipelineRun", "held")).spec, run.spec);
});

Deno.test("a copy of a held run is passed over", async () => {
  const kube = new FakeKube();
  pipelineRun(kube, "mine", 1);
  const env = [{ name: "TKN_DEV_HOLDS" }];
  pipelineRun(kube, "copy", 2, {
    spec: { pipelineSpec: { tasks: [{ name: "t", taskSpec: { steps: [{ env }] } }] } },
  });
  assert.equal(await last(kube), "mine");
});

Deno.test("a resolver chooses among the runs, of any Pipeline without a name", async () => {
  const kube = new FakeKube();
  const by = (resolver: string) => ({ spec: { pipelineRef: { resolver } } });
  pipelineRun(kube, "git", 1, by("git"));
  pipelineRun(kube, "bundles", 2, by("bundles"));
  pipelineRun(kube, "plain", 3);
  assert.equal(await last(kube, "git", undefined), "git");
  assert.equal(await last(kube, "bundle"), "bundles");
  assert.equal(await last(kube, "remote"), "bundles");
  assert.equal(
    await rejection(last(kube, "hub"), ClusterError),
    'Cannot find the last PipelineRun of Pipeline "p" by resolver "hub": ' +
      'namespace "default" has no such run\n' +
      "--resolvertype remote takes the last run by any resolver",
  );
});

Deno.test("a TaskRun counts if it refers to the Task, or if an upload put the Task inline", async () => {
  const kube = new FakeKube();
  const read = async () => (await readLastRun(kube, { kind: "TaskRun", name: "t" })).metadata.name;
  taskRun(kube, "inline", { "tekton.dev/task": "t" }, { taskSpec: {} });
  taskRun(kube, "of-the-cluster", { "tekton.dev/task": "t" }, { taskRef: { kind: "ClusterTask" } });
  taskRun(kube, "of-a-held-pipeline", { "tkn-dev/task": "t" }, { taskSpec: {} });
  assert.match(
    await rejection(read(), ClusterError),
    /^Cannot find the last TaskRun of Task "t": namespace/,
  );
  const asked = withAsked<TaskRun>({
    kind: "TaskRun",
    metadata: { name: "upload", labels: { "tkn-dev/task": "t", ...HELD_LABELS } },
    spec: { taskRef: { name: "t" } },
  });
  kube.put<TaskRun>(TASK_RUNS, asked);
  assert.equal(await read(), "upload");
  kube.put<TaskRun>(TASK_RUNS, {
    metadata: {
      name: "plain",
      labels: { "tekton.dev/task": "t" },
      creationTimestamp: second(9),
    },
    spec: { taskRef: { name: "t" } },
  });
  assert.equal(await read(), "plain");
});
