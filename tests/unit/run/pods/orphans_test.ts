import assert from "node:assert/strict";
import { Grace } from "../../../../src/async/limits.ts";
import { UnreachableError } from "../../../../src/kube/status.ts";
import type { LiveRun } from "../../../../src/run/live_run.ts";
import { deleteOrphans, mayLosePod } from "../../../../src/run/pods/orphans.ts";
import { ended, Stage } from "../stage.ts";

const CANCELLED = ended(false, "TaskRunCancelled");

async function until(live: LiveRun, stage: Stage, isSo: () => boolean): Promise<void> {
  await live.until(() => isSo() || undefined, stage.stop.signal);
}

Deno.test("a pod may be lost before the first TaskRun, and while one has no pod", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone", "test"]);
  assert.ok(mayLosePod(live));
  stage.taskRunOf("clone", {});
  await until(live, stage, () => live.taskRuns.size === 1);
  assert.ok(mayLosePod(live));
  stage.taskRunOf("clone", { podName: "p-run-1-clone-pod" });
  await until(live, stage, () => !mayLosePod(live));
});

Deno.test("once the TaskRuns have ended, the pods that they do not name are deleted", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone", "test", "build"]);
  const { kube, clock, stop: { signal } } = stage;
  const deleting = deleteOrphans(kube, live, { clock, signal });
  stage.pod("clone", { s: "running" });
  stage.pod("test", { s: "running" });
  stage.pod("build", { s: 0 });
  stage.taskRunOf("build", CANCELLED);
  stage.taskRunOf("test", { ...CANCELLED, podName: "p-run-1-test-pod" });
  stage.taskRunOf("clone", {});
  await until(live, stage, () => live.taskRuns.size === 3);
  stage.end(false, "Cancelled");
  await until(live, stage, () => live.phase.kind === "ended");
  assert.deepEqual(kube.changes, []);
  stage.taskRunOf("clone", CANCELLED);
  await deleting;
  assert.deepEqual(kube.changes, ["delete Pod p-run-1-clone-pod"]);
});

Deno.test("where the TaskRuns end late after Ctrl-C, the error is one of the cluster, no bug", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone"]);
  const interrupt = new AbortController();
  using grace = new Grace(stage.clock, interrupt.signal);
  const deleting = deleteOrphans(stage.kube, live, { clock: stage.clock, signal: grace.signal });
  interrupt.abort();
  stage.clock.advance(1_900);
  await assert.rejects(deleting, UnreachableError);
});
