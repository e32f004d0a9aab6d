import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { PODS } from "../../../../src/kube/interface.ts";
import { refused, unreachable } from "../../../../src/kube/status.ts";
import { createNextRun } from "../../../../src/run/ahead/next_run.ts";
import { runStarted } from "../../../../src/run/held_run.ts";
import { LABEL, PIPELINE_RUNS } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";
import { turn, until } from "../../../support/fake_transport.ts";
import { MINUTE, Play } from "./play.ts";

Deno.test("the tree is sent ahead, unseen, and a save sends the rest and releases", async () => {
  await using play = new Play();
  const next = await play.ready();
  assert.deepEqual(play.words, ["hold", "visit"].slice(0, play.words.length));
  assert.equal(play.events.length, 0);
  const [ahead] = play.kube.execs;
  assert.match(ahead.command[7], /^\/tkn-dev\/record-/);
  assert.equal(ahead.command[9], "0", "no results");
  await until(() => play.words.length === 2, "the gate has a visitor");
  play.host.clock.advance(5 * MINUTE);
  const options = play.options();
  const taken = await next.take(options.emit);
  assert.ok(taken !== undefined);
  const { outcome } = await runStarted(options, taken.run, taken, () => {});
  assert.equal(outcome?.succeeded, true);
  assert.deepEqual(play.words, ["hold", "visit", "continue"]);
  const last = play.kube.execs[2];
  assert.equal(last.command[7], ahead.command[7], "both have the same record");
  assert.deepEqual(last.command.slice(9, 12), ["1", "commit", "abc"]);
  assert.deepEqual(play.kinds, [
    "created",
    "paused",
    "sending",
    "sent",
    "released",
    "log",
    "ended",
  ]);
  const times = play.events.flatMap((event) =>
    event.kind === "ended" ? [event.outcome.elapsedMs] : []
  );
  assert.deepEqual(times, [3_000], "without the wait");
  assert.equal(await next.lost, undefined);
  await next[Symbol.asyncDispose]();
  assert.deepEqual(play.changes.slice(0, 1), ["create PipelineRun NEXT"]);
  assert.ok(!play.changes.some((change) => /delete|spec/.test(change)), "it is not discarded");
});

Deno.test("into a volume that the current run uses, nothing is sent before the save", async () => {
  await using play = new Play();
  play.claim = "kept";
  play.isVisited = true;
  const next = await play.ready();
  await until(() => play.words.length === 1, "the gate has a visitor");
  assert.deepEqual(play.words, ["visit"]);
  const taken = await next.take(() => {});
  assert.equal(taken?.isSent, false);
  await runStarted(play.options(), taken!.run, taken!, () => {});
  assert.deepEqual(play.words, ["visit", "continue"]);
});

Deno.test("on top of a clone, nothing is sent before the save: it could not be undone", async () => {
  await using play = new Play();
  const clone = { commit: "abc", name: "origin/main", commitResults: [] };
  play.isVisited = true;
  const options = play.options();
  const next = await createNextRun({ ...options, upload: { ...options.upload, clone } });
  await until(() => play.isReady, "the run is ready");
  await until(() => play.words.length === 1, "the gate has a visitor");
  assert.deepEqual(play.words, ["visit"]);
  await next[Symbol.asyncDispose]();
});

Deno.test("a run that is taken before it holds is awaited as any other", async () => {
  await using play = new Play();
  const hold = play.hold.bind(play);
  play.hold = () => {};
  const next = await play.create();
  const options = play.options();
  const taken = await next.take(options.emit);
  assert.deepEqual([taken?.pause, taken?.isSent], [undefined, false]);
  const uploading = runStarted(options, taken!.run, taken!, () => {});
  hold();
  await uploading;
  assert.deepEqual(play.words, ["continue"]);
  assert.deepEqual(play.kinds.slice(0, 3), ["created", "paused", "sending"]);
});

Deno.test("a discarded run is deleted; without that right it is cancelled", async () => {
  for (const mayDelete of [true, false]) {
    await using play = new Play();
    const next = await play.ready();
    play.kube.onChange = (change) => {
      if (mayDelete || !change.startsWith("delete")) return;
      const what = { verb: "delete", kind: "PipelineRun", name: play.name, server: "s" };
      throw refused(what, { code: 403, message: "no" });
    };
    await next[Symbol.asyncDispose]();
    assert.deepEqual(
      play.changes.slice(1),
      mayDelete
        ? ["delete PipelineRun NEXT"]
        : ['patch PipelineRun NEXT {"spec":{"status":"Cancelled"}}'],
    );
    assert.equal(await next.lost, undefined);
    assert.deepEqual([play.left, play.events], [[], []]);
  }
});

Deno.test("a run that can't be removed is named, with the command", async () => {
  await using play = new Play();
  const next = await play.ready();
  play.kube.onChange = () => {
    throw unreachable("https://cluster.test", new Error("connection refused"));
  };
  await next[Symbol.asyncDispose]();
  assert.match(
    play.left[0],
    /^PipelineRun p-run-\S+ may still be held: .*; kubectl delete pipelinerun p-run-\S+ -n default$/,
  );
});

Deno.test("a run that somebody deletes is lost, and so is one whose pod goes", async () => {
  for (const resource of [PIPELINE_RUNS, PODS]) {
    await using play = new Play();
    const next = await play.ready();
    play.kube.remove(resource, resource === PODS ? "clone-pod" : play.name);
    assert.equal((await next.lost)?.kind, "gone");
    assert.equal(await next.take(() => {}), undefined);
    await next[Symbol.asyncDispose]();
    assert.deepEqual(play.left, []);
  }
});

Deno.test("a run that was held for as long as it may is old", async () => {
  await using play = new Play();
  const next = await play.ready();
  play.host.clock.advance(10 * MINUTE);
  assert.deepEqual(await next.lost, { kind: "old", text: "it was held for 600 s" });
  await next[Symbol.asyncDispose]();
});

Deno.test("a run that keeps the current one from its room is lost", async () => {
  await using play = new Play();
  const next = await play.ready();
  play.kube.put<Pod>(PODS, {
    metadata: { name: "current-test-pod", labels: { [LABEL.pipelineRun]: "current" } },
    spec: { containers: [] },
    status: {
      conditions: [{ type: "PodScheduled", status: "False", message: "1 Insufficient memory." }],
    },
  });
  const text = "pod current-test-pod: 1 Insufficient memory.";
  assert.deepEqual(await next.lost, { kind: "no room", text });
  await next[Symbol.asyncDispose]();
});

Deno.test("a run whose tree can't be sent is lost", async () => {
  await using play = new Play();
  play.kube.onExec = () => Promise.resolve({ exitCode: 12, message: "" });
  const next = await play.create();
  const lost = await next.lost;
  assert.equal(lost?.kind, "failed");
  assert.match(lost!.text, /has no program "tar"/);
  await next[Symbol.asyncDispose]();
});

Deno.test("a visit over a lost connection begins again", async () => {
  await using play = new Play();
  const visit = play.onVisit;
  play.onVisit = () => Promise.reject(new ClusterError("Cannot reach the cluster"));
  const next = await play.ready();
  await until(() => play.words.includes("visit"), "the first visit");
  play.onVisit = visit;
  for (let at = 0; at < 3; at++) {
    play.host.clock.advance(1_000);
    await turn();
  }
  await until(() => play.words.filter((word) => word === "visit").length === 2, "another visit");
  await next[Symbol.asyncDispose]();
});

Deno.test("an interrupt ends the waiting, and the run is deleted", async () => {
  await using play = new Play();
  const next = await play.ready();
  play.host.pressCtrlC();
  assert.equal(await next.lost, undefined);
  assert.equal(await next.take(() => {}), undefined);
  await next[Symbol.asyncDispose]();
  assert.deepEqual(play.changes.slice(1), ["delete PipelineRun NEXT"]);
});

Deno.test("a run that does not hold in time has failed, and is not too old", async () => {
  await using play = new Play();
  play.hold = () => {};
  const next = await play.create();
  play.host.clock.advance(10 * MINUTE);
  assert.deepEqual(await next.lost, { kind: "failed", text: "it did not hold within 600 s" });
  await next[Symbol.asyncDispose]();
});
