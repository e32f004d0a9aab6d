import assert from "node:assert/strict";
import { whyNoRoom } from "../../../../src/run/pods/no_room.ts";
import { Stage } from "../stage.ts";

function unscheduled(message: string) {
  return { conditions: [{ type: "PodScheduled", status: "False" as const, message }] };
}

Deno.test("a pod that no node has room for is named with the scheduler's reason", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone", "test"]);
  stage.pod("test", { s: "waiting" }, unscheduled("0/1 nodes are available: 1 Insufficient cpu."));
  const { signal } = stage.stop;
  const why = await live.until(() => whyNoRoom(live), signal);
  assert.equal(why, "pod p-run-1-test-pod: 0/1 nodes are available: 1 Insufficient cpu.");
});

Deno.test("a quota that forbids a pod is named", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone"]);
  const message = 'pods "x" is forbidden: exceeded quota: full, requested: pods=1, used: pods=1, ' +
    "limited: pods=1";
  stage.taskRunOf("clone", {
    conditions: [{
      type: "Succeeded",
      status: "Unknown",
      reason: "ExceededResourceQuota",
      message,
    }],
  });
  const why = await live.until(() => whyNoRoom(live), stage.stop.signal);
  assert.match(why, /^task clone: quota full forbids its pod \(requested: pods=1/);
});

Deno.test("a pod that waits for its claim will find room", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone"]);
  stage.pod(
    "clone",
    { s: "waiting" },
    unscheduled("pod has unbound immediate PersistentVolumeClaims"),
  );
  await live.until(() => live.pods.size === 1 || undefined, stage.stop.signal);
  assert.equal(whyNoRoom(live), undefined);
});
