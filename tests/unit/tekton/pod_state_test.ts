import assert from "node:assert/strict";
import type { ContainerStatus, Pod } from "../../../src/tekton/pod.ts";
import {
  containerState,
  hasStarted,
  stepContainers,
  whyPending,
} from "../../../src/tekton/pod_state.ts";

function pod(status: Pod["status"]): Pod {
  const containers = [{ name: "step-a" }, { name: "sidecar-b" }, { name: "step-c" }];
  return { metadata: { name: "x" }, spec: { containers }, status };
}

function waiting(reason?: string, message?: string, image?: string): ContainerStatus {
  return { name: "step-a", image, state: { waiting: { reason, message } } };
}

Deno.test("step containers are listed in the order of the steps", () => {
  assert.deepEqual(stepContainers(pod({})), ["step-a", "step-c"]);
  assert.deepEqual(stepContainers({ metadata: {} }), []);
});

Deno.test("a container has started when it is running or has ended", () => {
  const of = (state: ContainerStatus["state"]) =>
    pod({ containerStatuses: [{ name: "step-a", state }] });
  assert.equal(hasStarted(of({ running: {} }), "step-a"), true);
  assert.equal(hasStarted(of({ terminated: { exitCode: 1 } }), "step-a"), true);
  assert.equal(hasStarted(of({ waiting: {} }), "step-a"), false);
  assert.equal(hasStarted(of({ running: {} }), "step-c"), false);
  assert.equal(hasStarted(pod(undefined), "step-a"), false);
  assert.deepEqual(containerState(of({ running: {} }), "step-a"), { running: {} });
});

const reasons: [status: Pod["status"], words: string | undefined][] = [
  [
    {
      conditions: [{
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: "0/1 nodes",
      }],
    },
    "pod x: Unschedulable: 0/1 nodes",
  ],
  [{ conditions: [{ type: "PodScheduled", status: "False" }] }, "pod x: not scheduled: "],
  [{ phase: "Pending", containerStatuses: [waiting("ContainerCreating")] }, "pod x: starting"],
  [{ phase: "Pending", initContainerStatuses: [waiting("PodInitializing")] }, "pod x: starting"],
  [{ phase: "Pending", containerStatuses: [waiting()] }, "pod x: starting"],
  [
    { phase: "Pending", containerStatuses: [waiting("ImagePullBackOff", 'Back-off pulling "y"')] },
    'pod x: ImagePullBackOff: Back-off pulling "y"',
  ],
  [
    { phase: "Pending", containerStatuses: [waiting("ErrImagePull", undefined, "y:1")] },
    "pod x: ErrImagePull: y:1",
  ],
  [
    { phase: "Pending", containerStatuses: [waiting("CreateContainerConfigError")] },
    "pod x: CreateContainerConfigError: step-a",
  ],
  [{ phase: "Pending" }, "pod x: starting"],
  [
    { phase: "Running", containerStatuses: [{ name: "step-a", state: { running: {} } }] },
    undefined,
  ],
  [undefined, undefined],
];

for (const [status, words] of reasons) {
  Deno.test(`a pod in ${JSON.stringify(status)} is described as ${words ?? "not pending"}`, () => {
    assert.equal(whyPending(pod(status)), words);
  });
}

Deno.test("waiting init containers are reported before waiting steps", () => {
  const status = {
    initContainerStatuses: [waiting("ImagePullBackOff", "of prepare")],
    containerStatuses: [waiting("PodInitializing")],
  };
  assert.equal(whyPending(pod(status)), "pod x: ImagePullBackOff: of prepare");
});
