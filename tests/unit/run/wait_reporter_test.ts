import assert from "node:assert/strict";
import { EVENTS, type KubeEvent, PODS, type Stored } from "../../../src/kube/interface.ts";
import type { RunEvent } from "../../../src/events.ts";
import { WaitReporter } from "../../../src/run/wait_reporter.ts";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { RUN, Stage } from "./stage.ts";

/** The affinity assistant's pod; its container is not a step. */
const ASSISTANT: Stored<Pod> = {
  metadata: { name: "affinity-assistant-0", namespace: "default", uid: "u" },
  spec: { containers: [{ name: "affinity-assistant", image: "i" }] },
  status: {
    phase: "Running",
    containerStatuses: [{ name: "affinity-assistant", image: "i", state: { running: {} } }],
  },
};

Deno.test("only pods of tasks count among the running pods", async () => {
  await using stage = new Stage();
  const { kube, clock, emit } = stage;
  const live = stage.pipelineRun(["test"]);
  using _reporter = new WaitReporter({ kube, clock, live, emit });
  live.pods.set("affinity-assistant-0", ASSISTANT);
  clock.advance(2_000);
  const pod = stage.pod("test", { a: "running" });
  live.pods.set(pod.metadata.name, pod);
  clock.advance(2_000);
  assert.deepEqual(stage.events, [
    { kind: "waiting", text: "PipelineRun p-run-1 to continue", isWork: true },
    { kind: "waiting", text: "test to end", isWork: true },
  ]);
});

/** Returns the different events of one minute. */
async function eventsOfMinute(stage: Stage): Promise<RunEvent[]> {
  for (let seconds = 0; seconds < 60; seconds += 2) {
    stage.clock.advance(2_000);
    await turn();
  }
  return stage.events.filter((event, at, all) => {
    return JSON.stringify(event) !== JSON.stringify(all[at - 1]);
  });
}

const FULL = 'pods "x-pod" is forbidden: exceeded quota: full, requested: pods=1, used: pods=0, ' +
  "limited: pods=0";

Deno.test("without a pod, the TaskRun's condition gives the reason, with a hint, once", async () => {
  await using stage = new Stage();
  const { kube, clock, emit } = stage;
  const live = stage.pipelineRun(["clone", "test"]);
  const uploadStep = { task: "test", step: "s" };
  using _reporter = new WaitReporter({ kube, clock, live, uploadStep, emit });
  stage.taskRunOf("clone", waits("ExceededResourceQuota", `TaskRun Pod exceeded: ${FULL}`));
  await until(() => live.taskRuns.size === 1);
  const text = "task clone: quota full forbids its pod " +
    "(requested: pods=1, used: pods=0, limited: pods=0)";
  const hint = "kubectl describe quota -n default shows the usage; " +
    "Tekton retries every minute";
  assert.deepEqual(await eventsOfMinute(stage), [
    { kind: "waiting", text },
    { kind: "note", text: `${text}; ${hint}` },
    { kind: "waiting", text },
  ]);
});

Deno.test("without a TaskRun, the PipelineRun's condition gives the reason", async () => {
  await using stage = new Stage();
  const { kube, clock, emit } = stage;
  const live = stage.pipelineRun(["test"]);
  const uploadStep = { task: "test", step: "s" };
  using _reporter = new WaitReporter({ kube, clock, live, uploadStep, emit });
  kube.update<PipelineRun>(PIPELINE_RUNS, RUN, (run) => {
    run.status = waits("ResolvingPipelineRef", "resolving p");
  });
  await until(() => live.run.status !== undefined);
  const text = `PipelineRun ${RUN}: ResolvingPipelineRef: resolving p`;
  assert.deepEqual(await eventsOfMinute(stage), [{ kind: "waiting", text }]);
});

Deno.test("for a pod that waits for a claim, the claim's events give the reason", async () => {
  await using stage = new Stage();
  const { kube, clock, emit } = stage;
  const live = stage.taskRun();
  using _reporter = new WaitReporter({ kube, clock, live, emit });
  const message = "pod has unbound immediate PersistentVolumeClaims";
  const pod = stage.pod("", { a: "waiting" }, {
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  });
  pod.spec!.volumes = [{ name: "ws", persistentVolumeClaim: { claimName: "c" } }];
  kube.put(PODS, pod);
  const missing = 'storageclass.storage.k8s.io "nope" not found';
  kube.onRead = (read) => assert.match(read, /^list (Event|Pod)s$/);
  kube.put<KubeEvent>(EVENTS, {
    metadata: { name: "c.1" },
    involvedObject: { kind: "PersistentVolumeClaim", name: "c" },
    reason: "ProvisioningFailed",
    message: missing,
    lastTimestamp: "2026-01-02T03:04:05Z",
  });
  await until(() => live.pods.get(pod.metadata.name)?.spec?.volumes !== undefined);
  const said = await eventsOfMinute(stage);
  const text = `pod ${pod.metadata.name}: claim c: ProvisioningFailed: ${missing}`;
  assert.deepEqual(said.slice(1), [
    { kind: "waiting", text },
    { kind: "note", text: `${text}; kubectl get storageclass lists the existing classes` },
    { kind: "waiting", text },
  ]);
});

function waits(reason: string, message: string) {
  return { conditions: [{ type: "Succeeded", status: "Unknown" as const, reason, message }] };
}
