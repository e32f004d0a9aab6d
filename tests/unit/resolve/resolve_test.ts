import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import type { RunEvent } from "../../../src/events.ts";
import {
  readByName,
  readNamed,
  resolvePipeline,
  resolveTask,
  withStepActions,
} from "../../../src/resolve/resolve.ts";
import type { ReadTask } from "../../../src/tekton/inline/inline_task.ts";
import {
  type Pipeline,
  PIPELINE_RUNS,
  PIPELINES,
  type PipelineTask,
  RESOLUTION_REQUESTS,
  type ResolutionRequest,
  STEP_ACTIONS,
  type StepAction,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
  type TaskSpec,
} from "../../../src/tekton/model.ts";
import { LocalDefinitions } from "../../../src/tekton/local_definitions.ts";
import { variablesOf } from "../../../src/tekton/variables.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

function kubeWith(...tasks: string[]): FakeKube {
  const kube = new FakeKube();
  for (const name of tasks) {
    kube.put<Task>(TASKS, { metadata: { name }, spec: { description: name } });
  }
  return kube;
}

/** A cluster whose resolvers return `data`, and a context to resolve references there. */
class Stage {
  readonly kube: FakeKube;
  readonly clock = new FakeClock();
  readonly random = (length: number) => "0".repeat(length);
  readonly interrupt = new AbortController().signal;
  readonly notes: string[] = [];
  readonly created: KubeObject[] = [];
  allowProbe = false;

  constructor(...tasks: string[]) {
    this.kube = kubeWith(...tasks);
    this.kube.onCreated = (object) => {
      this.created.push(object);
      const status = this.answer(object);
      for (const resource of [RESOLUTION_REQUESTS, TASK_RUNS, PIPELINE_RUNS]) {
        if (resource.kind !== object.kind) continue;
        this.kube.update(resource, object.metadata.name!, (copy) => {
          Object.assign(copy, structuredClone({ ...copy, ...status }));
        });
      }
    };
  }

  /** Returns Tekton's changes to a created object. */
  answer: (object: KubeObject) => Partial<KubeObject> = () => ({});

  returns(object: unknown): void {
    const data = btoa(JSON.stringify(object));
    this.answer = () => ({ status: { data, conditions: [{ type: "Succeeded", status: "True" }] } });
  }

  /** Denies the right to create ResolutionRequests. */
  denyRequests(): this {
    this.kube.denials.add("create resolutionrequests");
    return this;
  }

  readonly parse = (text: string): unknown[] => [JSON.parse(text)];
  readonly emit = (event: RunEvent) => {
    if (event.kind === "note") this.notes.push(event.text);
  };
}

const VARIABLES = variablesOf([{ name: "ns", value: "shared" }]);

function resolve(stage: Stage, task: Partial<PipelineTask>): Promise<ReadTask> {
  return resolveTask(stage, { name: "clone", ...task }, VARIABLES);
}

function clusterRef(...pairs: [name: string, value: string][]) {
  const params = pairs.map(([name, value]) => ({ name, value }));
  return { taskRef: { resolver: "cluster", params } };
}

const GIT = { resolver: "git", params: [{ name: "path", value: "$(params.ns).yaml" }] };
const REMOTE = {
  apiVersion: "tekton.dev/v1",
  kind: "Task",
  metadata: { name: "remote" },
  spec: { steps: [{ image: "i" }] },
};

Deno.test("a Task is read by its name", async () => {
  const task = await resolve(new Stage("a"), { taskRef: { name: "a" } });
  assert.equal(task.spec.description, "a");
});

Deno.test("an inline Task is used without its metadata", async () => {
  const taskSpec = { metadata: { labels: { a: "b" } }, steps: [{ image: "i" }] };
  const task = await resolve(new Stage(), { taskSpec });
  assert.deepEqual(task, { spec: { steps: [{ image: "i" }] } });
});

Deno.test("a reference for the cluster resolver is read directly, with its params filled in", async () => {
  const stage = new Stage().denyRequests();
  stage.kube.put<Task>(TASKS, {
    metadata: { name: "a", namespace: "shared" },
    spec: { description: "x" },
  });
  const pairs: [string, string][] = [["kind", "task"], ["name", "a"], [
    "namespace",
    "$(params.ns)",
  ]];
  const task = await resolve(stage, clusterRef(...pairs));
  assert.equal(task.spec.description, "x");
  assert.equal(task.metadata!.name, "a");
  assert.deepEqual(stage.created, []);
  const gone = clusterRef(["kind", "task"], ["name", "b"], ["namespace", "shared"]);
  assert.match(
    await rejection(resolve(stage, gone), ClusterError),
    /^Cannot get Task "b": not found in namespace "shared"\n/,
  );
});

for (
  const [what, ...pairs] of [
    ["a namespace that is not given", ["kind", "task"], ["name", "a"]],
    ["an empty namespace", ["kind", "task"], ["name", "a"], ["namespace", ""]],
    ["a kind that is not given", ["name", "a"], ["namespace", "default"]],
    ["another kind", ["kind", "pipeline"], ["name", "a"], ["namespace", "default"]],
  ] as [string, ...[string, string][]][]
) {
  Deno.test(`the cluster resolver resolves ${what}`, async () => {
    const stage = new Stage("a");
    stage.returns(REMOTE);
    const task = await resolve(stage, clusterRef(...pairs));
    assert.equal(task.metadata!.name, "remote");
    assert.equal(stage.created[0].metadata.labels!["resolution.tekton.dev/type"], "cluster");
  });
}

Deno.test("the cluster resolver resolves what the user may not read", async () => {
  const stage = new Stage();
  stage.returns(REMOTE);
  const what = { verb: "get", kind: "Task", name: "a", server: "s" };
  stage.kube.get = () => Promise.reject(refused(what, { code: 403, message: "no" }));
  const ref = clusterRef(["kind", "task"], ["name", "a"], ["namespace", "other"]);
  assert.equal((await resolve(stage, ref)).metadata!.name, "remote");
});

Deno.test("other resolvers get the params filled in, and no request remains", async () => {
  const stage = new Stage();
  stage.returns(REMOTE);
  const task = await resolve(stage, { taskRef: GIT });
  assert.deepEqual(task.spec, REMOTE.spec);
  assert.equal(task.metadata!.name, "remote");
  const [request] = stage.created as ResolutionRequest[];
  assert.deepEqual(request.spec.params, [{ name: "path", value: "shared.yaml" }]);
  assert.deepEqual(await stage.kube.list(RESOLUTION_REQUESTS, { namespace: "default" }), []);
});

Deno.test("a Task with remote StepActions is marked", async () => {
  const stage = new Stage();
  stage.returns({ ...REMOTE, spec: { steps: [{ ref: { resolver: "git" } }] } });
  assert.equal((await resolve(stage, { taskRef: GIT })).hasRemoteSteps, true);
  stage.returns({ ...REMOTE, spec: { steps: [{ ref: { name: "a" } }] } });
  assert.ok(!(await resolve(stage, { taskRef: GIT })).hasRemoteSteps);
});

Deno.test("an answer that is not YAML, or another kind, is an error in one line", async () => {
  const stage = new Stage();
  stage.returns({ ...REMOTE, kind: "Pipeline" });
  const cannot = 'Cannot resolve the Task of task "clone" by "git": ';
  const hint = "look at the params of its reference";
  const refusal = () => rejection(resolve(stage, { taskRef: GIT }), ClusterError);
  assert.equal(await refusal(), `${cannot}the resolver returned a Pipeline\n${hint}`);
  stage.answer = () => ({
    status: { data: btoa("<html>"), conditions: [{ type: "Succeeded", status: "True" }] },
  });
  assert.match(await refusal(), new RegExp(`^${cannot}the answer is not YAML: [^\n]+\n${hint}$`));
});

Deno.test("a reference that only the run can resolve is refused before any request", async () => {
  const stage = new Stage();
  const params = [{ name: "path", value: "$(tasks.a.results.b)" }];
  assert.match(
    await rejection(resolve(stage, { taskRef: { resolver: "git", params } }), UsageError),
    /^Cannot resolve the Task of task "clone": its reference has \$\(tasks.a.results.b\), /,
  );
  assert.deepEqual(stage.created, []);
});

Deno.test("without the right and without --allow-probe, the hint says what to ask for", async () => {
  const stage = new Stage().denyRequests();
  assert.equal(
    await rejection(resolve(stage, { taskRef: GIT }), ClusterError),
    'Cannot resolve the Task of task "clone" by "git": ' +
      "you may not create resolutionrequests.resolution.tekton.dev (403)\n" +
      "ask for a Role with this right, or apply the Task and refer to it by name, or " +
      "use --allow-probe, which starts a run that resolves it and fails at once",
  );
  assert.deepEqual(stage.created, []);
});

const FAILED = [{ type: "Succeeded", status: "False" as const, message: "no\n such workspace" }];

Deno.test("a probe run yields the Task's spec, labels and annotations, and is deleted", async () => {
  const stage = new Stage().denyRequests();
  stage.allowProbe = true;
  const labels = {
    team: "a",
    "tekton.dev/task": "remote",
    "app.kubernetes.io/managed-by": "tekton",
  };
  const annotations = { note: "b", "pipeline.tekton.dev/release": "c" };
  stage.answer = ({ metadata }) => ({
    metadata: { ...metadata, labels, annotations },
    status: { conditions: FAILED, taskSpec: REMOTE.spec },
  });
  const params = [{ name: "p", value: "$(params.ns)" }, {
    name: "q",
    value: "$(tasks.a.results.b)",
  }];
  assert.deepEqual(await resolve(stage, { taskRef: GIT, params }), {
    kind: "Task",
    metadata: { name: "remote", labels: { team: "a" }, annotations: { note: "b" } },
    spec: REMOTE.spec,
    hasRemoteSteps: false,
  });
  const [{ spec }] = stage.created as TaskRun[];
  assert.deepEqual(spec.taskRef, {
    resolver: "git",
    params: [{ name: "path", value: "shared.yaml" }],
  });
  assert.deepEqual(spec.params, [{ name: "p", value: "shared" }, params[1]]);
  assert.deepEqual(stage.notes, [
    'Resolving the Task of task "clone" by a probe run, which fails at once',
  ]);
  assert.deepEqual(stage.kube.changes, [
    "create TaskRun tkn-dev-probe-bbbbb",
    "delete TaskRun tkn-dev-probe-bbbbb",
  ]);
});

Deno.test("a probe run that resolves nothing is an error with Tekton's message", async () => {
  const stage = new Stage().denyRequests();
  stage.allowProbe = true;
  stage.answer = () => ({ status: { conditions: FAILED } });
  assert.equal(
    await rejection(resolve(stage, { taskRef: GIT }), ClusterError),
    'Cannot resolve the Task of task "clone" by "git": no such workspace\n' +
      "look at the params of its reference",
  );
});

Deno.test("a Pipeline is read by its name, or as its resolver would, with the run's params", async () => {
  const stage = new Stage();
  stage.kube.put<Pipeline>(PIPELINES, { metadata: { name: "p" }, spec: { description: "own" } });
  assert.equal((await resolvePipeline(stage, { name: "p" }, [])).spec.description, "own");
  stage.returns({ ...REMOTE, kind: "Pipeline", spec: { tasks: [] } });
  const params = [{ name: "ns", value: "given" }];
  const pipeline = await resolvePipeline(stage, GIT, params);
  assert.equal(pipeline.metadata.name, "remote");
  assert.deepEqual((stage.created[0] as ResolutionRequest).spec.params, [
    { name: "path", value: "given.yaml" },
  ]);
  assert.match(
    await rejection(resolvePipeline(stage, GIT, []), UsageError),
    /^Cannot resolve the Pipeline of the run: its reference has \$\(params.ns\), /,
  );
});

Deno.test("a probe run yields a Pipeline unchanged, with its name if it has one", async () => {
  const stage = new Stage().denyRequests();
  stage.allowProbe = true;
  let name: string | undefined = "remote";
  stage.answer = ({ metadata }) => ({
    metadata: { ...metadata, labels: { "tekton.dev/pipeline": name ?? metadata.name! } },
    status: { conditions: FAILED, pipelineSpec: { description: "x" } },
  });
  const params = [{ name: "ns", value: "given" }];
  const named = await resolvePipeline(stage, GIT, params);
  assert.deepEqual(named.spec, { description: "x" });
  assert.deepEqual(named.metadata, { name: "remote", labels: {}, annotations: {} });
  name = undefined;
  assert.equal((await resolvePipeline(stage, GIT, params)).metadata.name, undefined);
  assert.deepEqual(await stage.kube.list(PIPELINE_RUNS, { namespace: "default" }), []);
});

const ACTION = {
  apiVersion: "tekton.dev/v1alpha1",
  kind: "StepAction",
  spec: { image: "$(params.tool)", params: [{ name: "tool", default: "git" }] },
};
const STEPS: TaskSpec = {
  params: [{ name: "ns", default: "own" }],
  steps: [{ name: "a", image: "i" }, { name: "b", ref: GIT }],
};

Deno.test("a remote StepAction is put inline by a request, with the Task's params filled in", async () => {
  const stage = new Stage();
  stage.returns(ACTION);
  const { steps } = await withStepActions(stage, STEPS, [1], []);
  assert.deepEqual(steps, [{ name: "a", image: "i" }, { name: "b", image: "git" }]);
  await withStepActions(stage, STEPS, [1], [{ name: "ns", value: "given" }]);
  assert.deepEqual(
    (stage.created as ResolutionRequest[]).map(({ spec }) => spec.params![0].value),
    ["own.yaml", "given.yaml"],
  );
});

Deno.test("a StepAction of the cluster resolver is read directly", async () => {
  const stage = new Stage().denyRequests();
  stage.kube.put<StepAction>(STEP_ACTIONS, {
    metadata: { name: "s", namespace: "other" },
    spec: { image: "direct" },
  });
  const params = [["kind", "stepaction"], ["name", "s"], ["namespace", "other"]]
    .map(([name, value]) => ({ name, value }));
  const spec = { steps: [{ ref: { resolver: "cluster", params } }] };
  assert.deepEqual((await withStepActions(stage, spec, [0], [])).steps, [{ image: "direct" }]);
});

Deno.test("other steps stay unchanged, unless the template's command has to move", async () => {
  const stage = new Stage();
  stage.returns(ACTION);
  assert.deepEqual(await withStepActions(stage, STEPS, [0], []), STEPS);
  assert.deepEqual(stage.created, []);
  const spec = { ...STEPS, stepTemplate: { command: ["x"] } };
  assert.deepEqual((await withStepActions(stage, spec, [0], [])).steps![1].ref, undefined);
});

Deno.test("a remote StepAction takes the right, because a probe run cannot resolve it", async () => {
  const stage = new Stage().denyRequests();
  stage.allowProbe = true;
  assert.equal(
    await rejection(withStepActions(stage, STEPS, [1], []), ClusterError),
    'Cannot resolve the StepAction of step "b" by "git": ' +
      "you may not create resolutionrequests.resolution.tekton.dev (403)\n" +
      "ask for a Role with this right, or apply the StepAction and refer to it by name; " +
      "a probe run cannot resolve a StepAction",
  );
  assert.deepEqual(stage.created, []);
});

Deno.test("a missing object is an error that lists some existing names, in order", async () => {
  const few = kubeWith("b", "a");
  assert.equal(
    await rejection(readByName(few, TASKS, "x"), ClusterError),
    'Cannot get Task "x": not found in namespace "default"\nits tasks: a, b',
  );
  const many = kubeWith(..."abcdefghijkl");
  assert.match(
    await rejection(readByName(many, TASKS, "x"), ClusterError),
    /\nits tasks: a, b, c, d, e, f, g, h, i, j, …$/,
  );
  assert.match(
    await rejection(readByName(kubeWith(), TASKS, "x"), ClusterError),
    /\nlook with --namespace or --context elsewhere$/,
  );
});

Deno.test("a name that neither the files nor the cluster have: the hint lists both", async () => {
  const task = { apiVersion: "tekton.dev/v1", kind: "Task", metadata: { name: "near" }, spec: {} };
  const local = new LocalDefinitions([{ kind: "Task", object: task as Task, from: "a.yaml" }]);
  assert.equal(
    await rejection(
      readNamed<Task>({ kube: kubeWith("b", "a"), local }, "Task", "x"),
      ClusterError,
    ),
    'Cannot get Task "x": not found in namespace "default"\n' +
      "the Tasks of the files: near; its tasks: a, b",
  );
  assert.match(
    await rejection(
      readNamed<Task>({ kube: kubeWith("b"), local: undefined }, "Task", "x"),
      ClusterError,
    ),
    /\nits tasks: b$/,
  );
});

Deno.test("a cluster without Tekton is reported as such", async () => {
  const kube = new FakeKube();
  const what = { verb: "get", kind: "Pipeline", name: "p", server: "s" };
  const message = "the server could not find the requested resource";
  kube.get = () => Promise.reject(refused(what, { code: 404, message }));
  assert.match(
    await rejection(readByName(kube, PIPELINES, "p"), ClusterError),
    /^Cannot get Pipeline "p": the cluster does not know this kind\nis Tekton Pipelines installed\?/,
  );
});
