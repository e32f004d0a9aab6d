import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import { refused } from "../../../src/kube/status.ts";
import { read, resolveTask } from "../../../src/run/resolve.ts";
import { checkAccess } from "../../../src/run/start.ts";
import { PIPELINES, type PipelineTask, type Task, TASKS } from "../../../src/tekton/model.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

function kubeWith(...tasks: string[]): FakeKube {
  const kube = new FakeKube();
  for (const name of tasks) {
    kube.put<Task>(TASKS, { metadata: { name }, spec: { description: name } });
  }
  return kube;
}

function clusterRef(...pairs: [name: string, value: string][]): PipelineTask {
  const params = pairs.map(([name, value]) => ({ name, value }));
  return { name: "clone", taskRef: { resolver: "cluster", params } };
}

Deno.test("a Task is read by its name", async () => {
  const task = await resolveTask(kubeWith("a"), { name: "clone", taskRef: { name: "a" } });
  assert.equal(task.spec.description, "a");
});

Deno.test("an inline one is its own Task, its metadata aside", async () => {
  const taskSpec = { metadata: { labels: { a: "b" } }, steps: [{ image: "i" }] };
  const task = await resolveTask(new FakeKube(), { name: "clone", taskSpec });
  assert.deepEqual(task, { spec: { steps: [{ image: "i" }] } });
});

Deno.test("the cluster resolver is followed into its namespace", async () => {
  const kube = kubeWith();
  kube.put<Task>(TASKS, {
    metadata: { name: "a", namespace: "shared" },
    spec: { description: "x" },
  });
  const task = await resolveTask(kube, clusterRef(["name", "a"], ["namespace", "shared"]));
  assert.equal(task.spec.description, "x");
});

Deno.test("a reference with params in it, or by another resolver, can't be followed", async () => {
  const words = /^Cannot hold task "clone": its reference has params in it\n/;
  const kube = kubeWith("a");
  for (
    const task of [
      clusterRef(["name", "$(params.x)"], ["namespace", "shared"]),
      clusterRef(["name", "a"]),
    ]
  ) assert.match(await rejection(resolveTask(kube, task), ClusterError), words);
  assert.match(
    await rejection(
      resolveTask(kube, { name: "clone", taskRef: { resolver: "git" } }),
      ClusterError,
    ),
    /^Cannot hold task "clone": its Task comes from the resolver "git"\n/,
  );
});

Deno.test("one that is not there is told with those that are, in order and not too many", async () => {
  const few = kubeWith("b", "a");
  assert.equal(
    await rejection(read(few, TASKS, "x"), ClusterError),
    'Cannot get Task "x": not found in namespace "default"\nits tasks: a, b',
  );
  const many = kubeWith(..."abcdefghijkl");
  assert.match(
    await rejection(read(many, TASKS, "x"), ClusterError),
    /\nits tasks: a, b, c, d, e, f, g, h, i, j, …$/,
  );
  assert.match(
    await rejection(read(kubeWith(), TASKS, "x"), ClusterError),
    /\nlook with --namespace or --context elsewhere$/,
  );
});

Deno.test("a cluster without Tekton is told as that", async () => {
  const kube = new FakeKube();
  const what = { verb: "get", kind: "Pipeline", name: "p", server: "s" };
  const message = "the server could not find the requested resource";
  kube.get = () => Promise.reject(refused(what, { code: 404, message }));
  assert.match(
    await rejection(read(kube, PIPELINES, "p"), ClusterError),
    /^Cannot get Pipeline "p": the cluster does not know this kind\nis Tekton Pipelines installed\?/,
  );
});

Deno.test("who may do all of an upload may go on, the first right that is missing is told", async () => {
  const kube = new FakeKube();
  await checkAccess(kube, "ns", "TaskRun");
  kube.denials.add("get pods/log").add("create taskruns");
  assert.equal(
    await rejection(checkAccess(kube, "ns", "TaskRun"), ClusterError),
    'Cannot upload in namespace "ns": you may not create taskruns.tekton.dev (403)\n' +
      "ask for this right; kubectl auth can-i create taskruns.tekton.dev -n ns checks it",
  );
  assert.match(
    await rejection(checkAccess(kube, "ns", "PipelineRun"), ClusterError),
    /: you may not get pods\/log \(403\)\n.*can-i get pods --subresource=log -n ns checks it$/,
  );
});
