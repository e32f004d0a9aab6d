import assert from "node:assert/strict";
import { ClusterError, TransferError, UsageError } from "../../../src/errors.ts";
import type { LiveRun } from "../../../src/run/live_run.ts";
import { followRun } from "../../../src/run/follow_run.ts";
import { awaitPause } from "../../../src/run/await_pause.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { podName, RUN, Stage } from "./stage.ts";

const PREFIX = HELD_PREFIX;

function start(stage: Stage, live: LiveRun, held: { task?: string; step: string }) {
  const { kube, clock, emit } = stage;
  const { signal } = stage.stop;
  stage.gates.add(`${held.task ?? ""}/${held.step.slice(0, 58)}`);
  followRun({ kube, clock, live, emit, signal }).catch(() => {});
  const pause = awaitPause({ clock, live, held, signal });
  pause.catch(() => {});
  return pause;
}

Deno.test("a running container is not a pause: only the gate's line is", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.pipelineRun(["clone"]), { task: "clone", step: "s" });
  let isPaused = false;
  pause.then(() => isPaused = true);
  stage.pod("other", { s: "running" });
  stage.log("other", "s").say(`${PREFIX}/elsewhere`);
  const { metadata } = stage.pod("clone", { s: "running" });
  await until(() => stage.log("clone", "s").openCount === 1);
  stage.log("clone", "s").say(`not ${PREFIX}`);
  for (let turns = 0; turns < 10; turns++) await turn();
  assert.equal(isPaused, false);
  stage.log("clone", "s").say(`${PREFIX}/workspace/a b `);
  assert.deepEqual(await pause, {
    namespace: "default",
    task: "clone",
    step: "s",
    targetStep: "s",
    pod: podName("clone"),
    uid: metadata.uid,
    container: "step-s",
    image: "i",
    directory: "/workspace/a b ",
    into: "",
    gate: "script",
    said: [`not ${PREFIX}`],
    since: undefined,
  });
});

Deno.test("in a TaskRun, any pod is the held step's", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { a: 0, s: "running" });
  stage.log("", "a").end();
  stage.log("", "s").say(`${PREFIX}/w`);
  assert.equal((await pause)?.container, "step-s");
});

Deno.test("a container whose name Tekton shortened is found", async () => {
  await using stage = new Stage();
  const step = "s".repeat(63);
  const pause = start(stage, stage.taskRun(), { step });
  stage.pod("", { [step.slice(0, 58)]: "running" });
  stage.log("", step.slice(0, 58)).say(`${PREFIX}/w`);
  const { container, step: named } = (await pause)!;
  assert.deepEqual([container, named], [`step-${step.slice(0, 58)}`, step]);
});

Deno.test("a run that ends before its gate holds has no pause", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.pipelineRun(["clone"]), { task: "clone", step: "s" });
  stage.pod("clone", { s: "waiting" });
  await turn();
  stage.end(false);
  assert.equal(await pause, undefined);
});

Deno.test("a skipped task is an error with the reason", async () => {
  await using stage = new Stage();
  const live = stage.pipelineRun(["clone", "other"]);
  const pause = start(stage, live, { task: "clone", step: "s" });
  const skippedTasks = [{ name: "clone", reason: "When Expressions evaluated to false" }];
  stage.end(true, "Completed", { skippedTasks });
  assert.equal(
    await rejection(pause, UsageError),
    'Cannot upload into task "clone": this run skips it (When Expressions evaluated to false)\n' +
      "give the params with which it runs, or choose another --on-task",
  );
});

Deno.test("another skipped task does not matter", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.pipelineRun(["clone", "x"]), { task: "clone", step: "s" });
  stage.end(true, "Completed", { skippedTasks: [{ name: "x" }] });
  assert.equal(await pause, undefined);
});

Deno.test("an image without a shell is named in the error", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { s: "running" });
  stage.log("", "s").say(
    "Error executing command: fork/exec /tekton/scripts/script-0: no such file",
  );
  stage.log("", "s").end();
  stage.pod("", { s: 1 });
  assert.equal(
    await rejection(pause, TransferError),
    'Cannot hold step "s": its image "i" has no shell\n' +
      "name an image with a shell by --upload-image, or choose another --on-step",
  );
});

Deno.test("the log counts even if it arrives after the run has ended", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { s: 1 });
  stage.end(false);
  await until(() => stage.log("", "s").openCount === 1);
  stage.log("", "s").say("fork/exec /tekton/scripts/script-0: no such file");
  stage.log("", "s").end();
  assert.match(await rejection(pause, TransferError), /has no shell/);
});

Deno.test("a gate that ends with its run, without holding, leaves the reason to the run", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { s: "running" });
  stage.log("", "s").say("killed");
  stage.log("", "s").end();
  await until(() => stage.clock.alarmCount === 1);
  stage.end(false);
  assert.equal(await pause, undefined);
  await until(() => stage.clock.alarmCount === 0);
});

Deno.test("a gate that ends while its run continues is an error with its last line", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { s: "running" });
  stage.log("", "s").say("first");
  stage.log("", "s").say("last");
  stage.log("", "s").end();
  await until(() => stage.clock.alarmCount === 1);
  stage.clock.advance(10_000);
  assert.equal(
    await rejection(pause, ClusterError),
    `Cannot hold step "s": it ended at once (last)\nkubectl describe taskrun ${RUN} -n default`,
  );
});

Deno.test("an abort ends the wait with its reason, before the pod exists and while its log is read", async () => {
  for (const hasPod of [false, true]) {
    await using stage = new Stage();
    const pause = start(stage, stage.taskRun(), { step: "s" });
    if (hasPod) {
      stage.pod("", { s: "running" });
      await until(() => stage.log("", "s").openCount === 1);
    }
    const reason = new Error("enough");
    stage.stop.abort(reason);
    await assert.rejects(pause, reason);
  }
});

Deno.test("if a pod is deleted before it starts, the wait continues with its successor", async () => {
  await using stage = new Stage();
  const pause = start(stage, stage.taskRun(), { step: "s" });
  stage.pod("", { s: "waiting" });
  await turn();
  stage.kube.remove(PODS, podName(""));
  await turn();
  stage.pod("", { s: "running" });
  stage.log("", "s").say(`${PREFIX}/w`);
  assert.equal((await pause)?.directory, "/w");
});
