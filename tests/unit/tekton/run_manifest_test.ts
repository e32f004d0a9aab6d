import assert from "node:assert/strict";
import "../../support/no_env.ts";
import { parse } from "npm:yaml@2.9.1";
import type { PipelineRun, PipelineTask, TaskRun } from "../../../src/tekton/model.ts";
import { buildPipelineRun, buildTaskRun } from "../../../src/tekton/run_manifest.ts";
import { deepFreeze } from "../../support/deep_freeze.ts";

const RUN: PipelineRun = {
  kind: "PipelineRun",
  metadata: { generateName: "build-run-", namespace: "ns", labels: { own: "1" } },
  spec: { params: [{ name: "p", value: "$(context.pipeline.name)" }] },
};
const CLONE: PipelineTask = {
  name: "clone",
  taskRef: { name: "fetch" },
  params: [{ name: "p", value: "$(params.p)" }],
};
const TASK = {
  metadata: {
    name: "fetch",
    labels: { team: "a" },
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "kept" },
  },
  spec: {
    params: [{ name: "p" }],
    steps: [{ script: "$(context.task.name) $(params.p) $(tasks.x.results.y)" }],
  },
};
const PIPELINE = {
  metadata: { name: "build", labels: { app: "x" }, annotations: { a: "b" } },
  spec: {
    params: [{ name: "p", default: "$(context.pipeline.name)" }],
    tasks: [CLONE, { name: "test", taskRef: { name: "check" } }],
    finally: [{ name: "tidy", taskRef: { name: "sweep" } }],
  },
};

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("a run by reference refers to objects with an unchanged meaning", () => {
  const changed = deepFreeze([{ target: CLONE, task: TASK }]);
  const runManifest = buildPipelineRun(deepFreeze(RUN), deepFreeze(PIPELINE), changed);
  const { run, objects } = runManifest.temporary!("tkn-dev-abc");
  assert.deepEqual(
    json(run),
    parse(`
      kind: PipelineRun
      metadata:
        generateName: build-run-
        namespace: ns
        labels: { own: "1", tekton.dev/pipeline: build }
      spec:
        params: [{ name: p, value: build }]
        pipelineRef: { name: tkn-dev-abc }
        taskRunSpecs:
          - { pipelineTaskName: clone, metadata: { labels: { tekton.dev/pipeline: build } } }
          - { pipelineTaskName: test, metadata: { labels: { tekton.dev/pipeline: build } } }
          - { pipelineTaskName: tidy, metadata: { labels: { tekton.dev/pipeline: build } } }
    `),
  );
  assert.deepEqual(
    json(objects),
    parse(`
      - apiVersion: tekton.dev/v1
        kind: Pipeline
        metadata: { name: tkn-dev-abc, namespace: ns, labels: { app: x }, annotations: { a: b } }
        spec:
          params: [{ name: p, default: build }]
          tasks:
            - name: clone
              taskRef: { name: tkn-dev-abc-0, kind: Task }
              params: [{ name: p, value: $(params.p) }]
            - { name: test, taskRef: { name: check } }
          finally: [{ name: tidy, taskRef: { name: sweep } }]
      - apiVersion: tekton.dev/v1
        kind: Task
        metadata: { name: tkn-dev-abc-0, namespace: ns, labels: { team: a }, annotations: { note: kept } }
        spec:
          params: [{ name: p }]
          steps: [{ script: fetch $(params.p) $(tasks.x.results.y) }]
    `),
  );
});

Deno.test("text that Tekton would fill in only inline is reported, unless the Task was inline before", () => {
  const why = (target: PipelineTask) =>
    buildPipelineRun(RUN, PIPELINE, [{ target, task: { spec: TASK.spec } }]).whyNotInline;
  assert.equal(
    why(CLONE),
    'the Task of "clone" has the text $(tasks.x.results.y), which would be filled in',
  );
  assert.equal(why({ name: "clone", taskSpec: TASK.spec }), undefined);
});

Deno.test("a variable in a param of the run is reported, because Tekton fills it in at another time", () => {
  const why = (value: string, target = CLONE) => {
    const run = { ...RUN, spec: { params: [{ name: "p", value }] } };
    const task = { spec: { steps: [] } };
    return buildPipelineRun(run, PIPELINE, [{ target, task }]).whyNotInline;
  };
  assert.equal(
    why("it costs $(params.x)"),
    'the run\'s param "p" has the text $(params.x), which would be filled in',
  );
  assert.equal(why("$(date) and $$ and $(X)"), undefined);
  assert.equal(why("$(params.x)", { name: "clone", taskSpec: { steps: [] } }), undefined);
});

Deno.test("an inline Task stays inline: only referenced Tasks become objects", () => {
  const embedded = { name: "embedded", taskSpec: { steps: [{ script: "x" }] } };
  const spec = { tasks: [CLONE, embedded] };
  const run = { ...RUN, spec: { pipelineSpec: spec } };
  const changed = [
    { target: CLONE, task: TASK },
    { target: embedded, task: { spec: { steps: [{ script: "held" }] } } },
  ];
  const { run: placed, objects } = buildPipelineRun(run, { spec }, changed).temporary!("n");
  assert.deepEqual(objects.map(({ kind, metadata }) => [kind, metadata.name]), [["Task", "n-0"]]);
  const [clone, other] = placed.spec.pipelineSpec!.tasks!;
  assert.deepEqual(clone.taskRef, { name: "n-0", kind: "Task" });
  assert.deepEqual(json(other.taskSpec), { steps: [{ script: "held" }] });
});

Deno.test("a TaskRun refers to a changed copy of its Task", () => {
  const given: TaskRun = { kind: "TaskRun", metadata: { name: "r", namespace: "ns" }, spec: {} };
  const { run, objects } = buildTaskRun(deepFreeze(given), deepFreeze(TASK)).temporary!("n");
  assert.deepEqual(run.spec, { taskRef: { name: "n", kind: "Task" } });
  assert.deepEqual(objects.map(({ metadata }) => json(metadata)), [
    { name: "n", namespace: "ns", labels: { team: "a" }, annotations: { note: "kept" } },
  ]);
});
