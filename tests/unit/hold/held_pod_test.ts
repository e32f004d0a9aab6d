import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import { hasPod, podGoneError } from "../../../src/hold/held_pod.ts";
import { isHeld } from "../../../src/hold/held_steps.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { unreachable } from "../../../src/kube/status.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { ended } from "../run/stage.ts";

const PAUSE: Pause = {
  namespace: "default",
  pod: "p",
  uid: "u",
  container: "step-a",
  image: "i",
  step: "a",
  targetStep: "a",
  gate: "script",
  directory: "",
  said: [],
};
const ASKED = {
  run: { kind: "TaskRun", name: "r" },
  action: 'upload into step "a"',
  again: "tkn-dev taskrun upload r",
} as const;

function cluster(
  pod: Partial<Pod["metadata"]> | undefined,
  run?: TaskRun["status"],
  spec: TaskRun["spec"] = {},
): FakeKube {
  const kube = new FakeKube();
  kube.onExec = () => Promise.reject(unreachable("s", new Error("container not found")));
  if (pod !== undefined) kube.put<Pod>(PODS, { metadata: { name: "p", uid: "u", ...pod } });
  if (run !== undefined) {
    kube.put<TaskRun>(TASK_RUNS, {
      kind: "TaskRun",
      metadata: { name: "r" },
      spec,
      status: run,
    });
  }
  return kube;
}

Deno.test("a pod exists, was recreated, is being deleted, or is deleted", async () => {
  assert.equal(await hasPod(cluster({}), PAUSE), true);
  assert.equal(await hasPod(cluster({ uid: "other" }), PAUSE), false);
  assert.equal(await hasPod(cluster({ deletionTimestamp: "2026-01-02T03:04:05Z" }), PAUSE), false);
  assert.equal(await hasPod(cluster(undefined), PAUSE), false);
});

Deno.test("a failure by a deleted pod has a hint to type, but no hint at a hold that is over", async () => {
  const error = async (kube: FakeKube) => {
    const found = await podGoneError(kube, PAUSE, ASKED);
    return [found?.message, found?.hint];
  };
  assert.deepEqual(await error(cluster({}, {})), [undefined, undefined]);
  assert.deepEqual(await error(cluster(undefined, {})), [
    'Cannot upload into step "a": its pod p was deleted',
    "Tekton recreates it; once the new pod holds: tkn-dev taskrun upload r",
  ]);
  assert.deepEqual(await error(cluster(undefined, ended(false, "Cancelled"))), [
    'Cannot upload into step "a": its pod p was deleted, because TaskRun "r" has ended',
    undefined,
  ]);
  assert.deepEqual(await error(cluster(undefined, {}, { status: "TaskRunCancelled" })), [
    'Cannot upload into step "a": its pod p was deleted, because TaskRun "r" is cancelled',
    undefined,
  ]);
  assert.deepEqual(await error(cluster(undefined)), [
    'Cannot upload into step "a": TaskRun "r" was deleted',
    "start it again",
  ]);
});

Deno.test("a step whose pod is deleted does not hold, even if an exec into it answers", async () => {
  assert.equal(await isHeld(cluster(undefined), PAUSE), false);
  await assert.rejects(isHeld(cluster({}), PAUSE), /Cannot reach/);
});
