import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { options, run } from "../../../src/commands/cleanup.ts";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { type KubeObject, PODS, type Resource } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { GATE_DIRECTORY } from "../../../src/step/gate_script.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  PIPELINES,
  RESOLUTION_REQUESTS,
  TASK_RUNS,
  TASKS,
} from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { refusal, rejection } from "../../support/refusal.ts";
import { ended } from "../run/stage.ts";

const labels = { "tkn-dev/version": "0.1.0" };

/** A namespace, with objects whose age is by the host's clock. */
class Namespace {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(undefined, this.kube);

  put(resource: Resource, name: string, minutes: number, rest: Partial<KubeObject> = {}): this {
    const creationTimestamp = new Date(this.host.clock.now() - minutes * 60_000).toISOString();
    const metadata = { name, creationTimestamp, ...rest.metadata };
    this.kube.put(resource, { spec: {}, ...rest, metadata });
    return this;
  }

  /** A temporary object, needed for four minutes and while its run exists. */
  temporary(resource: Resource, name: string, minutes: number, run?: string): this {
    const annotations = {
      "tkn-dev/invocation": `${resource.kind}/${name}/m/240`,
      ...(run === undefined ? {} : { "tkn-dev/run": run }),
    };
    return this.put(resource, name, minutes, { metadata: { labels, annotations } });
  }

  /** A run of tkn-dev. */
  run(resource: Resource, name: string, minutes: number, rest: Partial<KubeObject> = {}): this {
    const annotations = { "tkn-dev/invocation": `${resource.kind}/${name}/m` };
    const metadata = { labels, annotations, ...rest.metadata };
    return this.put(resource, name, minutes, { ...rest, metadata });
  }

  /** The pod of a TaskRun whose step is held. */
  hold(run: string): this {
    const volumeMounts = [{ name: "gate", mountPath: GATE_DIRECTORY }];
    this.kube.put<Pod>(PODS, {
      metadata: { name: `${run}-pod`, labels: { [LABEL.taskRun]: run } },
      spec: { containers: [{ name: "step-s", image: "i", volumeMounts }] },
      status: { containerStatuses: [{ name: "step-s", state: { running: {} } }] },
    });
    const log = this.kube.log(`${run}-pod`, "step-s");
    log.say(HELD_PREFIX);
    log.end();
    this.kube.onExec = () => Promise.resolve({ exitCode: 0, message: "" });
    return this;
  }

  async cleanup(...argv: string[]) {
    const { host, kube } = this;
    const code = await run(host, options(parse(["cleanup", ...argv], PROGRAM)));
    return { code, ...host.terminal, changes: kube.changes };
  }
}

Deno.test("objects of each kind are deleted after their time, with a line each", async () => {
  const { code, stdout, stderr, changes } = await new Namespace()
    .temporary(PIPELINES, "tkn-dev-a", 10, "PipelineRun/gone")
    .temporary(TASKS, "tkn-dev-a-0", 10, "PipelineRun/gone")
    .temporary(TASK_RUNS, "tkn-dev-probe-a", 10)
    .temporary(RESOLUTION_REQUESTS, "tkn-dev-b", 10)
    .cleanup();
  assert.equal(code, 0);
  assert.equal(
    stdout,
    "pipeline.tekton.dev/tkn-dev-a deleted\n" +
      "task.tekton.dev/tkn-dev-a-0 deleted\n" +
      "taskrun.tekton.dev/tkn-dev-probe-a deleted\n" +
      "resolutionrequest.resolution.tekton.dev/tkn-dev-b deleted\n",
  );
  assert.equal(stderr, "");
  assert.equal(changes.length, 4);
});

Deno.test("--dry-run deletes nothing", async () => {
  const { stdout, changes } = await new Namespace().temporary(TASKS, "t", 10).cleanup("--dry-run");
  assert.equal(stdout, "task.tekton.dev/t deleted (dry run)\n");
  assert.deepEqual(changes, []);
});

Deno.test("objects of a running run stay, and are deleted once it has ended", async () => {
  const there = new Namespace()
    .run(TASK_RUNS, "lives", 10)
    .run(TASK_RUNS, "ended", 10, { status: ended(true, "Succeeded") })
    .put(TASK_RUNS, "theirs", 10)
    .temporary(TASKS, "a", 10, "TaskRun/lives")
    .temporary(TASKS, "b", 10, "TaskRun/ended")
    .temporary(TASKS, "c", 10, "TaskRun/theirs");
  const { stdout, stderr } = await there.cleanup();
  assert.equal(stdout, "task.tekton.dev/b deleted\ntask.tekton.dev/c deleted\n");
  assert.equal(stderr, "Note: Kept, because in use or not old enough: task.tekton.dev/a\n");
});

Deno.test("young objects and objects of others stay", async () => {
  const { code, stdout, stderr, changes } = await new Namespace()
    .temporary(TASKS, "young", 3)
    .put(TASKS, "tkn-dev-abcdef-0", 1000)
    .put(TASKS, "of-a-run", 1000, { metadata: { labels } })
    .put(TASKS, "going", 1000, {
      metadata: {
        labels,
        annotations: { "tkn-dev/invocation": "Task/going/m/240" },
        deletionTimestamp: "2023-01-01T00:00:00Z",
      },
    })
    .run(PIPELINE_RUNS, "runs", 1000)
    .cleanup();
  assert.deepEqual([code, stdout, changes], [0, "", []]);
  assert.equal(
    stderr,
    "Nothing to clean up in namespace default.\n" +
      "Note: Kept, because in use or not old enough: task.tekton.dev/young\n",
  );
});

Deno.test("a run with the copied annotations of a temporary object stays", async () => {
  const copied = { "tkn-dev/run": "PipelineRun/r" };
  const annotations = { ...copied, "tkn-dev/invocation": "Pipeline/tkn-dev-a/m/240" };
  const own = { ...copied, "tkn-dev/invocation": "PipelineRun/r/m" };
  const status = ended(true, "Succeeded");
  const { stdout, stderr } = await new Namespace()
    .put(PIPELINE_RUNS, "r", 1000, { status, metadata: { labels, annotations: own } })
    .put(PIPELINE_RUNS, "other", 1000, { status, metadata: { labels, annotations } })
    .put(TASK_RUNS, "r-t", 1000, { status, metadata: { labels, annotations } })
    .cleanup();
  assert.deepEqual([stdout, stderr], ["", "Nothing to clean up in namespace default.\n"]);
});

Deno.test("--older-than applies in addition to an object's own time", async () => {
  const there = new Namespace().temporary(TASKS, "a", 10).temporary(TASKS, "b", 30);
  const { stdout } = await there.cleanup("--older-than", "20m");
  assert.equal(stdout, "task.tekton.dev/b deleted\n");
  const wrong = parse(["cleanup", "--older-than", "soon"], PROGRAM);
  assert.match(refusal(() => options(wrong), UsageError), /it is not a duration/);
});

Deno.test("a run held past its timeouts is cancelled, a run within them is not", async () => {
  const spec = { timeout: "1h0m0s600s" };
  const held = async (minutes: number, rest: Partial<KubeObject> = { spec }) =>
    (await new Namespace().run(TASK_RUNS, "r", minutes, rest).hold("r").cleanup()).changes;
  const cancelled = ['patch TaskRun r {"spec":{"status":"TaskRunCancelled"}}'];
  assert.deepEqual(await held(74), []);
  assert.deepEqual(await held(76), cancelled);
  assert.deepEqual(await held(23 * 60, { spec: { timeout: "0s" } }), []);
  assert.deepEqual(await held(25 * 60, { spec: { timeout: "0s" } }), cancelled);
  const child = { labels: { ...labels, [LABEL.pipelineRun]: "p" } };
  assert.deepEqual(await held(76, { spec, metadata: child }), []);
  const there = new Namespace().run(TASK_RUNS, "works", 76, { spec });
  assert.deepEqual((await there.cleanup()).changes, []);
});

Deno.test("a pending run of an earlier version is deleted, a user's is not", async () => {
  const pending = (name: string) => ({
    spec: { status: "PipelineRunPending", pipelineRef: { name } },
  });
  const { stdout } = await new Namespace()
    .run(PIPELINE_RUNS, "left", 11, pending("tkn-dev-abc123"))
    .run(PIPELINE_RUNS, "young", 9, pending("tkn-dev-abc123"))
    .run(PIPELINE_RUNS, "meant", 11, pending("build"))
    .cleanup();
  assert.equal(stdout, "pipelinerun.tekton.dev/left deleted\n");
});

Deno.test("with --all-namespaces, each line names the namespace", async () => {
  const there = new Namespace().temporary(TASKS, "t", 10);
  const asked: string[] = [];
  const { list } = there.kube;
  there.kube.list = (resource, selector) => {
    asked.push(selector.namespace);
    return list.call(there.kube, resource, selector) as never;
  };
  const { stdout } = await there.cleanup("-A");
  assert.equal(stdout, "task.tekton.dev/t deleted in namespace default\n");
  assert.deepEqual([...new Set(asked)], [""]);
});

Deno.test("an object that cannot be deleted is reported, the others are deleted", async () => {
  const there = new Namespace().temporary(TASKS, "a", 10).temporary(TASKS, "b", 10)
    .temporary(TASKS, "c", 10);
  there.kube.onChange = (change) => {
    const what = { verb: "delete", kind: "Task", name: "a", server: "s" };
    if (change === "delete Task a") throw refused(what, { code: 403, message: "no" });
    if (change === "delete Task b") throw refused(what, { code: 404, message: "not found" });
  };
  const { code, stdout, stderr } = await there.cleanup();
  assert.equal(code, 3);
  assert.match(stderr, /^Error: Cannot delete Task "a": forbidden: no\n/);
  assert.equal(stdout, "task.tekton.dev/b deleted\ntask.tekton.dev/c deleted\n");
});

Deno.test("a missing right to list is an error, except for resolution requests", async () => {
  const denied = (plural: string) => {
    const there = new Namespace().temporary(TASKS, "t", 10);
    there.kube.onRead = (read) => {
      const what = { verb: "list", kind: "X", namespace: "default", server: "s" };
      if (read === `list ${plural}`) throw refused(what, { code: 403, message: "no" });
    };
    return there.cleanup();
  };
  assert.equal((await denied("ResolutionRequests")).stdout, "task.tekton.dev/t deleted\n");
  assert.match(await rejection(denied("Pipelines"), ClusterError), /^Cannot list Xs: forbidden/);
});

Deno.test("only a pod that outlives its TaskRun by long is deleted", async () => {
  const there = new Namespace()
    .run(TASK_RUNS, "ended", 10, { status: ended(false, "TaskRunCancelled") })
    .run(TASK_RUNS, "lives", 10);
  const pod = (name: string, minutes: number, run: string, phase: string) =>
    there.put(PODS, name, minutes, {
      metadata: { labels: { ...labels, [LABEL.taskRun]: run } },
      status: { phase },
    });
  pod("orphan", 10, "ended", "Running");
  pod("young", 1, "ended", "Running");
  pod("over", 10, "ended", "Failed");
  pod("at-work", 10, "lives", "Running");
  const { stdout } = await there.cleanup();
  assert.equal(stdout, "pod/orphan deleted\n");
});
