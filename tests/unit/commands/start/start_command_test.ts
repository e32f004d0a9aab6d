import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../../src/app.ts";
import { HELD_LABELS } from "../../../../src/objects/marks.ts";
import { withAsked } from "../../../../src/tekton/asked_run.ts";
import {
  type Pipeline,
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
} from "../../../../src/tekton/model.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { file, tree } from "../../../support/tree_text.ts";

function cluster() {
  const kube = new FakeKube();
  kube.put<Pipeline>(PIPELINES, {
    metadata: { name: "p" },
    spec: {
      params: [{ name: "url" }, { name: "goals", type: "array", default: ["all"] }],
      workspaces: [{ name: "source" }],
      tasks: [{ name: "build", taskSpec: { steps: [{ image: "i", script: "x" }] } }],
    },
  });
  kube.put<Task>(TASKS, {
    metadata: { name: "t" },
    spec: { steps: [{ name: "s", image: "i", script: "x" }] },
  });
  return kube;
}

async function start(line: string, kube = cluster()) {
  const host = new FakeHost(undefined, kube);
  const code = await app(line.split(" "), host);
  return { code, ...host.terminal, kube };
}

const SPEC = {
  pipelineRef: { name: "p" },
  params: [{ name: "url", value: "x" }],
  workspaces: [{ name: "source", emptyDir: {} }],
};

Deno.test("a start prints the run that tkn would create", async () => {
  const line = "pipeline start p -p url=x -w name=source,emptyDir= -l team=blue --dry-run -o json";
  const { code, stdout } = await start(line);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { generateName: "p-run-", namespace: "default", labels: { team: "blue" } },
    spec: SPEC,
  });
});

Deno.test("--output name creates the run, and prints the bare name alone", async () => {
  const { code, stdout, stderr, kube } = await start("task start t -o name");
  const [run] = await kube.list<TaskRun>(TASK_RUNS, { namespace: "default" });
  assert.deepEqual([code, stdout, stderr], [0, `${run.metadata.name}\n`, ""]);
  assert.deepEqual(run.spec, { taskRef: { name: "t" }, params: [], workspaces: [] });
});

Deno.test("missing and unknown values are refused before anything is created", async () => {
  const { code, stderr, kube } = await start("p start p -w name=source,emptyDir=");
  assert.equal(code, 2);
  assert.match(stderr, /param "url" not given/);
  const unknown = await start("p start p -p url=x -w name=sourc,emptyDir=");
  assert.match(unknown.stderr, /no such workspace/);
  assert.deepEqual([...kube.changes, ...unknown.kube.changes], []);
});

Deno.test("--last of a held run starts what was asked for, with single values replaced", async () => {
  const kube = cluster();
  const { metadata } = withAsked<PipelineRun>({ kind: "PipelineRun", metadata: {}, spec: SPEC });
  kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: {
      ...metadata,
      name: "p-run-1",
      generateName: "p-run-",
      labels: { "tekton.dev/pipeline": "p", ...HELD_LABELS },
    },
    spec: {
      params: [...SPEC.params, { name: "goals", value: ["a", "b"] }],
      workspaces: SPEC.workspaces,
      pipelineSpec: {},
      timeouts: { pipeline: "1h0m0s600s" },
      status: "Cancelled",
    },
  });
  const { code, stdout } = await start("p start p --last -p goals=z --dry-run -o json", kube);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout).spec, {
    ...SPEC,
    params: [...SPEC.params, { name: "goals", value: ["z"] }],
  });
});

Deno.test("--last of a Pipeline that a resolver knows asks no resolver", async () => {
  const kube = cluster();
  const pipelineRef = { resolver: "git", params: [{ name: "url", value: "u" }] };
  kube.put<PipelineRun>(PIPELINE_RUNS, {
    metadata: { name: "far", labels: { "tekton.dev/pipeline": "far" } },
    spec: { pipelineRef, params: [{ name: "list", value: ["a"] }] },
  });
  const line = "p start --last --resolvertype git -p list=b,c -p more=d,e --dry-run -o json";
  const { code, stdout, stderr } = await start(line, kube);
  assert.equal(code, 0, stderr);
  const { metadata, spec } = JSON.parse(stdout);
  assert.equal(metadata.generateName, "far-");
  assert.deepEqual(spec, {
    pipelineRef,
    params: [{ name: "list", value: ["b", "c"] }, { name: "more", value: "d,e" }],
    workspaces: [],
  });
});

Deno.test("an upload of --last holds anew, with the timeout raised once", async () => {
  const kube = cluster();
  const argv = "task debug t --timeout 1h -o json --dry-run";
  const first = JSON.parse((await start(argv, kube)).stdout);
  kube.put<TaskRun>(TASK_RUNS, { ...first, metadata: { ...first.metadata, name: "t-run-1" } });
  const { code, stdout, stderr } = await start("task debug t --last -o json --dry-run", kube);
  assert.equal(code, 0, stderr);
  const again = JSON.parse(stdout);
  assert.equal(again.spec.timeout, "1h0m0s600s");
  assert.equal(again.spec.taskSpec.steps.length, 1);
  assert.equal(again.metadata.generateName, "t-run-");
});

Deno.test("a start notes what the run names and does not exist, and creates the run", async () => {
  const { code, stdout, stderr, kube } = await start(
    "p start p -p url=x -w name=source,claimName=none -s robot -o name",
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^p-run-\S+\n$/);
  assert.equal(
    stderr,
    'Note: claim "none" (workspace "source"): not found in namespace "default"; ' +
      "kubectl get pvc -n default lists those that exist\n" +
      'Note: service account "robot": not found in namespace "default"; ' +
      "kubectl get serviceaccounts -n default lists those that exist\n",
  );
  assert.equal(kube.changes.length, 1);
});

const TASK_FILE = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: say }
spec: { steps: [{ image: i, script: echo }], stepTemplate: { image: j } }
`;
const PIPELINE_FILE = `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: f }
spec:
  tasks:
    - { name: here, taskRef: { name: say } }
    - { name: there, taskRef: { name: t } }
`;

async function startFiles(line: string) {
  const files = new MemoryFiles(tree([
    `file task.yaml ${JSON.stringify(TASK_FILE)}`,
    `file pipeline.yaml ${JSON.stringify(PIPELINE_FILE)}`,
  ].join("\n")));
  const host = new FakeHost(files, cluster());
  const code = await app(`${line} --dry-run -o json`.split(" "), host);
  assert.equal(code, 0, host.terminal.stderr);
  return JSON.parse(host.terminal.stdout);
}

Deno.test("a Task in a file is inline as it is", async () => {
  const { metadata, spec } = await startFiles("task start -f /tree/task.yaml");
  assert.equal(metadata.generateName, "say-run-");
  assert.deepEqual(spec.taskSpec, {
    steps: [{ image: "i", script: "echo" }],
    stepTemplate: { image: "j" },
  });
});

Deno.test("a Pipeline in a file is inline, and so are its Tasks in files", async () => {
  const { spec } = await startFiles("p start -f /tree/pipeline.yaml -f /tree/task.yaml");
  const [here, there] = spec.pipelineSpec.tasks;
  assert.deepEqual(here.taskSpec.steps, [{ image: "i", script: "echo" }]);
  assert.deepEqual(there.taskRef, { name: "t" });
  assert.equal(spec.timeouts, undefined);
});

Deno.test("of a string that is given several times the last counts, and a note says so", async () => {
  const line = "p start p -p url=x -p url=y -p goals=a -p goals=b -w name=source,emptyDir= -o json";
  const { code, stdout, stderr } = await start(`${line} --dry-run`);
  assert.equal(code, 0);
  assert.equal(stderr, "Note: Param url is given several times: the last value counts\n");
  assert.deepEqual(JSON.parse(stdout).spec.params, [
    { name: "url", value: "y" },
    { name: "goals", value: ["a", "b"] },
  ]);
});

async function startFile(text: string, line: string) {
  const host = new FakeHost(new MemoryFiles([file("f.yaml", text)]), cluster());
  const code = await app(line.split(" "), host);
  return { code, ...host.terminal };
}

const IN_FILE = "{ apiVersion: tekton.dev/v1, kind: Pipeline, metadata: {}, spec: { tasks: [] } }";

Deno.test("a definition of a file without a name is refused", async () => {
  const { code, stderr } = await startFile(IN_FILE, "p start -f /tree/f.yaml");
  assert.equal(code, 2);
  assert.match(stderr, /^Error: Cannot start the Pipeline of "\/tree\/f.yaml": it has no metadata/);
});

Deno.test("a name that the file does not have is the cluster's, and a note says so", async () => {
  const line = "p start p -f /tree/f.yaml -p url=x -w name=source,emptyDir= --dry-run -o json";
  const named = IN_FILE.replace("metadata: {}", "metadata: { name: q }");
  const { code, stderr } = await startFile(named, line);
  assert.deepEqual([code, stderr], [0, "Note: Pipeline p is the cluster's: the files have q\n"]);
});
