import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import { StatusError } from "../../../src/kube/status.ts";
import { LABEL, PIPELINE_RUNS } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { ClusterError } from "../../../src/errors.ts";
import { refused } from "../../../src/kube/status.ts";
import { followRun } from "../../../src/run/follow_run.ts";
import type { LiveRun } from "../../../src/run/live_run.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { ended, podName, RUN, Stage } from "./stage.ts";

function start(stage: Stage, live: LiveRun, uploaded?: string) {
  const { kube, clock, emit } = stage;
  const following = followRun({ kube, clock, live, emit, uploaded, signal: stage.stop.signal });
  following.catch(() => {});
  return following;
}

Deno.test("a pod's steps are streamed one after the other, each to its end", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["test"]));
  stage.pod("test", { a: "running", b: "running" });
  stage.log("test", "b").say("b 1");
  stage.log("test", "a").say("a 1");
  await until(() => stage.said.length === 1);
  stage.log("test", "a").say("a 2");
  stage.log("test", "a").end();
  await until(() => stage.said.length === 3);
  stage.log("test", "b").end();
  stage.pod("test", { a: 0, b: 0 });
  stage.end(true);
  assert.equal((await following).succeeded, true);
  assert.deepEqual(stage.said, ["test a: a 1", "test a: a 2", "test b: b 1"]);
});

Deno.test("a step's log is not requested before the step has started", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["test"]));
  stage.pod("test", { a: "waiting" });
  await turn();
  assert.deepEqual(stage.log("test", "a").asked, []);
  stage.pod("test", { a: "running" });
  await until(() => stage.log("test", "a").openCount === 1);
  stage.log("test", "a").end();
  stage.end(true);
  await following;
});

Deno.test("pods are streamed side by side", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a", "b"]));
  stage.pod("a", { s: "running" });
  stage.pod("b", { s: "running" });
  for (const [task, text] of [["a", "1"], ["b", "2"], ["a", "3"]]) {
    const count = stage.said.length;
    stage.log(task, "s").say(text);
    await until(() => stage.said.length === count + 1);
  }
  for (const task of ["a", "b"]) stage.log(task, "s").end();
  stage.end(true);
  await following;
  assert.deepEqual(stage.said, ["a s: 1", "b s: 2", "a s: 3"]);
});

Deno.test("a pod that appears after others have ended waits for the last of their lines", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a", "b"]));
  stage.pod("a", { s: "running" });
  await until(() => stage.log("a", "s").openCount === 1);
  stage.pod("a", { s: 0 });
  stage.pod("b", { s: "running" });
  stage.log("b", "s").say("second");
  for (let turns = 0; turns < 20; turns++) await turn();
  assert.deepEqual(stage.said, []);
  stage.log("a", "s").say("first");
  stage.log("a", "s").end();
  stage.log("b", "s").end();
  stage.end(true);
  await following;
  assert.deepEqual(stage.said, ["a s: first", "b s: second"]);
});

Deno.test("of the pods that wait for their turn, the log of one is requested ahead", async () => {
  await using stage = new Stage();
  const tasks = ["a", "b", "c"];
  const live = stage.pipelineRun(tasks);
  for (const task of tasks) stage.pod(task, { s: 0 });
  const following = start(stage, live);
  const asked = () => tasks.map((task) => stage.log(task, "s").asked.length);
  for (const task of ["c", "b"]) {
    stage.log(task, "s").say(task);
    stage.log(task, "s").end();
  }
  for (let turns = 0; turns < 20; turns++) await turn();
  assert.deepEqual([asked(), stage.said], [[1, 1, 0], []]);
  stage.log("a", "s").say("a");
  stage.log("a", "s").end();
  stage.end(true);
  await following;
  assert.deepEqual(stage.said, ["a s: a", "b s: b", "c s: c"]);
});

Deno.test("a gate's line is a pause and not logged; the step's output after it is logged", async () => {
  await using stage = new Stage();
  stage.gates.add("clone/s");
  const live = stage.pipelineRun(["clone", "b"]);
  const following = start(stage, live);
  stage.pod("clone", { s: "running", after: "running" });
  stage.pod("b", { s: "running" });
  const held = `${HELD_PREFIX}/w`;
  for (const [task, step] of [["clone", "s"], ["clone", "after"], ["b", "s"]]) {
    stage.log(task, step).say(held);
    stage.log(task, step).say("x");
    stage.log(task, step).end();
  }
  await until(() => stage.said.length === 5);
  stage.end(true);
  await following;
  const others = ["b s", "clone after"].flatMap((place) => [`${place}: ${held}`, `${place}: x`]);
  assert.deepEqual(stage.said.sort(), [...others, "clone s: x"].sort());
  const { pod, container, directory } = live.pauses[0];
  assert.deepEqual([pod, container, directory], [podName("clone"), "step-s", "/w"]);
  assert.deepEqual([live.pauses.length, live.missed.length], [1, 0]);
});

Deno.test("output before the gate's line is logged, also on the same line", async () => {
  await using stage = new Stage();
  stage.gates.add("/s");
  const live = stage.taskRun();
  const following = start(stage, live);
  stage.pod("", { s: "running" });
  stage.log("", "s").say("one");
  stage.log("", "s").say("two, unfinishedtkn-dev: held after exit code 3, workspace: ");
  await turn();
  assert.deepEqual(live.pauses, [], "the other stream may have more output");
  stage.log("", "s").say("three");
  stage.log("", "s").say("tkn-dev: held after exit code 3, workspace: ");
  stage.log("", "s").end();
  stage.end(true);
  await following;
  assert.deepEqual(stage.said, ["- s: one", "- s: two, unfinished", "- s: three"]);
  const [{ exitCode, said }, ...others] = live.pauses;
  assert.deepEqual([exitCode, said], [3, ["one", "two, unfinished", "three"]]);
  assert.deepEqual(others, []);
});

Deno.test("a gate that ends without holding is a missed pause", async () => {
  await using stage = new Stage();
  stage.gates.add("/s");
  const live = stage.taskRun();
  const following = start(stage, live);
  stage.pod("", { s: "running" });
  stage.log("", "s").say("no such file");
  stage.log("", "s").end();
  stage.end(true);
  await following;
  assert.deepEqual(live.missed.map(({ container, said }) => [container, said]), [
    ["step-s", ["no such file"]],
  ]);
});

Deno.test("a step that never started is skipped once its pod has ended or is deleted", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a", "b"]));
  stage.pod("a", { s: "waiting" });
  stage.pod("b", { s: "waiting" });
  await turn();
  stage.pod("a", { s: "waiting" }, { phase: "Failed", reason: "Evicted" });
  stage.kube.remove(PODS, podName("b"));
  stage.end(false);
  assert.equal((await following).succeeded, false);
  assert.deepEqual(stage.said, []);
});

Deno.test("a pod first seen after the run's end is streamed completely", async () => {
  for (const known of [true, false]) {
    await using stage = new Stage();
    const following = start(stage, stage.pipelineRun(["a"]));
    if (known) stage.pod("a", { s: "waiting" });
    await turn();
    const release = stage.kube.holdEvents(PODS);
    stage.pod("a", { s: "running" });
    stage.pod("a", { s: 0 });
    stage.log("a", "s").say("x");
    stage.log("a", "s").end();
    stage.end(true);
    await until(() => stage.said.length === 1);
    release();
    await following;
    assert.deepEqual(stage.said, ["a s: x"]);
  }
});

Deno.test("a recreated pod of the same name is streamed from its start", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  stage.pod("a", { s: "waiting" });
  await turn();
  stage.kube.remove(PODS, podName("a"));
  stage.pod("a", { s: "running" });
  stage.log("a", "s").say("x");
  stage.log("a", "s").end();
  await until(() => stage.said.length === 1);
  stage.end(true);
  await following;
  assert.deepEqual(stage.said, ["a s: x"]);
});

Deno.test("the outcome waits a little for TaskRuns that still count as running", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]), "a");
  stage.taskRunOf("a", {});
  await turn();
  stage.end(false);
  for (let turns = 0; turns < 20; turns++) await turn();
  stage.taskRunOf("a", {
    ...ended(false, "Failed"),
    steps: [{ name: "s", terminated: { exitCode: 3, reason: "Error" } }],
  });
  const [task] = (await following).tasks;
  assert.equal(task.uploaded, true);
  assert.deepEqual(task.failedStep, { step: "s", exitCode: 3, reason: "Error" });
});

Deno.test("a TaskRun that still counts as running after that wait is reported as running", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a", "b"]));
  stage.taskRunOf("a", {});
  stage.end(false, "PipelineRunTimeout", { skippedTasks: [{ name: "b", reason: "timed out" }] });
  await until(() => stage.clock.alarmCount === 1);
  stage.clock.advance(5_000);
  const { reason, tasks } = await following;
  assert.equal(reason, "PipelineRunTimeout");
  assert.deepEqual(tasks, [
    { name: "a", status: "running" },
    { name: "b", status: "skipped", message: "timed out" },
  ]);
});

const noLog = () =>
  refused({ verb: "read the logs of", kind: "Pod", name: "x", server: "s" }, {
    code: 403,
    message: "no",
  });

Deno.test("a log that can't be read is noted, and the run is followed to its end without it", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  stage.log("a", "s").refusals.push(noLog());
  stage.pod("a", { s: "running", t: "running" });
  stage.log("a", "t").say("x");
  stage.log("a", "t").end();
  await until(() => stage.said.length === 1);
  stage.end(true);
  assert.equal((await following).succeeded, true);
  assert.deepEqual(stage.events.filter(({ kind }) => kind === "note"), [{
    kind: "note",
    text: 'Cannot read the logs of Pod "x": forbidden: no: following the run without it',
  }]);
});

Deno.test("a gate's log that can't be read is an error, because only the log says that it holds", async () => {
  await using stage = new Stage();
  stage.gates.add("a/s");
  const following = start(stage, stage.pipelineRun(["a"]));
  stage.log("a", "s").refusals.push(noLog());
  stage.pod("a", { s: "running" });
  assert.match(await rejection(following, ClusterError), /^Cannot read the logs of Pod "x"/);
});

Deno.test("once a gate has held, a failure of its log is only noted", async () => {
  await using stage = new Stage();
  stage.gates.add("a/s");
  const live = stage.pipelineRun(["a"]);
  const following = start(stage, live);
  stage.pod("a", { s: "running" });
  await until(() => stage.log("a", "s").openCount === 1);
  stage.log("a", "s").say(`${HELD_PREFIX}/w`);
  await until(() => live.pauses.length === 1);
  stage.log("a", "s").refusals.push(noLog());
  stage.log("a", "s").break();
  await until(() => stage.clock.delays.length === 1);
  stage.clock.advance(500);
  await until(() => stage.events.some(({ kind }) => kind === "note"));
  stage.end(true);
  assert.equal((await following).succeeded, true);
  assert.deepEqual(live.missed, []);
});

for (
  const [what, end] of [
    ["its container has ended", (stage: Stage) => void stage.pod("a", { s: 0 })],
    ["it ended alone", () => {}],
  ] as const
) {
  Deno.test(`a log whose connection loses all bytes is read to its end after the run's end, ${what}`, async () => {
    await using stage = new Stage();
    const following = start(stage, stage.pipelineRun(["a"]));
    stage.pod("a", { s: "running" });
    await until(() => stage.log("a", "s").openCount === 1);
    stage.log("a", "s").swallow();
    stage.log("a", "s").say("x");
    end(stage);
    stage.end(true);
    await turn();
    stage.clock.advance(750);
    assert.equal((await following).succeeded, true);
    assert.deepEqual(stage.said, ["a s: x"]);
    assert.deepEqual(stage.events.filter(({ kind }) => kind === "note"), []);
  });
}

Deno.test("the log of a deleted pod is not read further, since another pod may have its name; a note says so", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  const pod = stage.pod("a", { s: "running" });
  stage.taskRunOf("a", { podName: pod.metadata.name });
  stage.log("a", "s").say("x");
  await until(() => stage.said.length === 1);
  stage.kube.put<Pod>(PODS, {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" },
  });
  await turn();
  stage.kube.remove(PODS, podName("a"));
  stage.log("a", "s").break();
  await turn();
  stage.log("a", "s").say("of another pod");
  stage.clock.advance(500);
  await turn();
  stage.taskRunOf("a", { ...ended(false, "Failed"), podName: pod.metadata.name });
  stage.end(false);
  await following;
  assert.deepEqual(stage.said, ["a s: x"]);
  assert.deepEqual(stage.events.flatMap((event) => event.kind === "note" ? [event.text] : []), [
    `Pod ${podName("a")} is gone, and with it the last lines of step a/s`,
    `Pod ${podName("a")} of task a was deleted while it ran: start the run again`,
  ]);
});

Deno.test("a note says that the logs of an already deleted pod are gone", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  const steps = [{ name: "s", terminated: { exitCode: 0, startedAt: "2026-01-02T03:04:05Z" } }];
  stage.taskRunOf("a", { ...ended(true, "Succeeded"), podName: "p", steps });
  stage.end(true);
  await following;
  assert.deepEqual(stage.events.filter(({ kind }) => kind !== "tasks"), [
    { kind: "note", text: "Pod p of task a is gone, and its logs with it" },
  ]);
});

Deno.test("steps that wait for a killed step are not awaited once their TaskRun has ended", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"], ["last"]));
  stage.pod("a", { s: "running", t: "running", u: "running" });
  stage.log("a", "s").say("x");
  await until(() => stage.said.length === 1);
  stage.log("a", "s").end();
  stage.pod("a", { s: 137, t: "running", u: "running" });
  await until(() => stage.log("a", "t").openCount === 1);
  stage.taskRunOf("a", ended(false, "Failed"));
  await turn();
  stage.clock.advance(750);
  await until(() => stage.log("a", "u").asked.length === 1);
  stage.pod("last", { s: "running" });
  await until(() => stage.log("last", "s").openCount === 1);
  stage.log("last", "s").end();
  stage.end(false);
  assert.equal((await following).succeeded, false);
  assert.deepEqual(stage.log("a", "t").asked.map(({ follow }) => follow), [true, false]);
  assert.deepEqual(stage.log("a", "u").asked.map(({ follow }) => follow), [false]);
  assert.deepEqual(stage.said, ["a s: x"]);
});

Deno.test("logs that the cluster does not send after a run's end are given up, with a note", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  stage.pod("a", { s: "running", t: "running", u: "running" });
  await until(() => stage.log("a", "s").openCount === 1);
  for (const step of ["s", "t", "u"]) stage.log("a", step).isMute = true;
  stage.log("a", "s").swallow();
  stage.pod("a", { s: 0, t: 1, u: "running" });
  stage.end(false);
  await turn();
  for (const ms of [1000, 1500]) {
    stage.clock.advance(ms);
    await turn();
  }
  await following;
  assert.deepEqual(stage.events.filter(({ kind }) => kind === "note"), [{
    kind: "note",
    text: "The cluster did not send the end of the logs of a/s, a/t in time; " +
      `tkn-dev pipelinerun logs ${RUN} -n default shows them`,
  }]);
});

Deno.test("a log that can't be read at a run's end is requested again for ten seconds", async () => {
  for (
    const { failures, said } of [{ failures: 8, said: ["a s: last"] }, { failures: 30, said: [] }]
  ) {
    await using stage = new Stage();
    const following = start(stage, stage.pipelineRun(["a"]));
    const log = stage.log("a", "s");
    stage.pod("a", { s: "running" });
    await until(() => log.openCount === 1);
    stage.pod("a", { s: 0 });
    stage.end(true);
    await turn();
    const status = { kind: "Status", code: 503, message: "busy" } as const;
    for (let at = 0; at < failures; at++) log.refusals.push(new StatusError("busy", status));
    log.break();
    await until(() => log.openCount === 0);
    log.say("last");
    log.end();
    let isOver = false;
    following.then(() => isOver = true);
    for (let at = 0; at < 24 && !isOver; at++) {
      await turn();
      stage.clock.advance(500);
      await turn();
    }
    await following;
    assert.deepEqual(stage.said, said, `${failures} failures`);
  }
});

Deno.test("lines that keep coming after a run's end are all logged", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  stage.pod("a", { s: "running" });
  await until(() => stage.log("a", "s").openCount === 1);
  stage.pod("a", { s: 0 });
  stage.end(true);
  await turn();
  for (let count = 1; count <= 20; count++) {
    stage.log("a", "s").say(`${count}`);
    await until(() => stage.said.length === count);
    stage.clock.advance(500);
  }
  stage.log("a", "s").end();
  await following;
  assert.deepEqual(stage.said, Array.from({ length: 20 }, (_, at) => `a s: ${at + 1}`));
});

Deno.test("a gate's words in the middle of a long line are output, at its end they are a pause", async () => {
  await using stage = new Stage();
  stage.gates.add("/s");
  const live = stage.taskRun();
  const following = start(stage, live);
  stage.pod("", { s: "running" });
  const log = stage.log("", "s");
  const held = "tkn-dev: held after exit code 3, workspace: /w";
  await until(() => log.openCount === 1);
  const time = "2026-01-02T03:04:05.000000000Z ";
  log.sayPart(`${time}${"x".repeat(1 << 20)}${held}`);
  await until(() => stage.events.length === 1);
  log.sayPart(`${held}${"y".repeat(1 << 20)}`);
  await until(() => stage.events.length === 2);
  assert.deepEqual(live.pauses, []);
  log.sayPart(`z${held}\n`);
  log.say(held);
  log.end();
  stage.end(true);
  await following;
  const parts = stage.events.filter((event) => event.kind === "log");
  assert.deepEqual(parts.map(({ part }) => part), ["first", "middle", "last"]);
  assert.equal(parts[2].line, "z");
  assert.deepEqual(live.pauses.map(({ exitCode }) => exitCode), [3]);
});

Deno.test("a deleted run is an error that says so", async () => {
  await using stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  await turn();
  stage.kube.remove(PIPELINE_RUNS, RUN);
  assert.equal(
    await rejection(following, ClusterError),
    `Cannot follow PipelineRun "${RUN}": it was deleted\nstart it again`,
  );
});

Deno.test("pods of other runs are ignored, and an abort ends everything", async () => {
  const stage = new Stage();
  const following = start(stage, stage.pipelineRun(["a"]));
  const other = stage.pod("other", { s: "running" });
  stage.kube.remove(PODS, other.metadata.name!);
  stage.kube.put<Pod>(PODS, {
    ...other,
    metadata: { name: "other", labels: { [LABEL.pipelineRun]: "other-run" } },
  });
  stage.pod("a", { s: "running" });
  await until(() => stage.log("a", "s").openCount === 1);
  const reason = new Error("enough");
  stage.stop.abort(reason);
  await assert.rejects(following, reason);
  await stage[Symbol.asyncDispose]();
  assert.equal(stage.kube.watcherCount, 0);
  assert.equal(stage.log("a", "s").openCount, 0);
  assert.deepEqual(stage.kube.log("other", "step-s").asked, []);
});
