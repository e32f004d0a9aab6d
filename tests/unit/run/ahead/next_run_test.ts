import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import type { RunEvent } from "../../../../src/events.ts";
import type { ExecOptions, ExecResult } from "../../../../src/kube/interface.ts";
import { PODS } from "../../../../src/kube/interface.ts";
import { refused, unreachable } from "../../../../src/kube/status.ts";
import { createNextRun, type NextRunOptions } from "../../../../src/run/ahead/next_run.ts";
import { LiveRun } from "../../../../src/run/live_run.ts";
import { runStarted } from "../../../../src/run/held_run.ts";
import { HELD_PREFIX } from "../../../../src/step/protocol/gate.ts";
import { GATE_DIRECTORY } from "../../../../src/step/scripts.ts";
import { LABEL, PIPELINE_RUNS, type PipelineRun, type Pod } from "../../../../src/tekton/model.ts";
import { Digests } from "../../../../src/tree/digests.ts";
import type { Entry } from "../../../../src/tree/walk.ts";
import { receive } from "../../../support/fake_receiver.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { turn, until } from "../../../support/fake_transport.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";
import { ended } from "../stage.ts";

const ENTRIES: Entry[] = [
  { path: "a", kind: "file", sizeBytes: 5, mode: 0o644, mtimeSeconds: 1_700_000_000 },
];
const MINUTE = 60_000;

/** Plays a run that waits for a save beside a current run. */
class Play implements AsyncDisposable {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(new MemoryFiles(tree("file a hello")), this.kube);
  readonly events: RunEvent[] = [];
  readonly left: string[] = [];
  readonly current: LiveRun;
  /** The words of each receiver: hold or continue. */
  readonly words: string[] = [];
  /** The claim of the workspace. */
  claim = "pvc-0123456789";
  isReady = false;
  name = "";
  /** Plays the receivers that get no archive, until the signal. */
  onVisit: (options: ExecOptions) => Promise<ExecResult> = ({ signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));

  constructor() {
    const run: PipelineRun = { kind: "PipelineRun", metadata: { name: "current" }, spec: {} };
    this.current = new LiveRun(
      this.kube,
      this.kube.put<PipelineRun>(PIPELINE_RUNS, run),
      this.host.clock,
    );
    this.kube.onCreated = ({ metadata }) => {
      this.name = metadata.name!;
      this.hold();
    };
    this.kube.onExec = async (options) => {
      const word = options.command[8];
      const isVisit = this.isReady && word === "hold" ||
        this.claim === "kept" && word === "hold";
      this.words.push(isVisit ? "visit" : word);
      if (isVisit) return await this.onVisit(options);
      const received = await receive(options);
      if (word === "continue") this.finish();
      return received;
    };
  }

  options(): NextRunOptions {
    const { kube, host } = this;
    return {
      kube,
      clock: host.clock,
      random: host.random,
      runManifest: {
        inline: () => ({
          kind: "PipelineRun",
          metadata: { generateName: "p-run-", namespace: "default" },
          spec: { pipelineSpec: { tasks: [{ name: "clone" }, { name: "test" }] } },
        }),
      },
      upload: {
        files: host.files,
        digests: new Digests(host.files, "/tree"),
        compress: "never",
        deletes: "auto",
        held: { task: "clone", step: "s" },
        root: "/tree",
        entries: Promise.resolve(ENTRIES),
        prepack: () => Promise.resolve(undefined),
        program: ["tar"],
        results: { commit: "abc" },
        pauseSeconds: 600,
        annotations: () => ({ "tkn-dev/upload": "x" }),
      },
      emit: (event) => this.events.push(event),
      interrupt: host.interrupt,
      current: this.current,
      onReady: () => this.isReady = true,
      onLeft: (text) => this.left.push(text),
    };
  }

  async create() {
    return await createNextRun(this.options());
  }

  async ready() {
    const next = await this.create();
    await until(() => this.isReady, "the run is ready");
    return next;
  }

  hold(): void {
    this.pod("clone", { running: {} });
    this.kube.log("clone-pod", "step-s").say(`${HELD_PREFIX}/workspace/output`);
  }

  finish(): void {
    this.kube.log("clone-pod", "step-s").end();
    this.pod("clone", { terminated: { exitCode: 0 } }, "Succeeded");
    this.kube.log("test-pod", "step-s").say("tested");
    this.kube.log("test-pod", "step-s").end();
    this.pod("test", { terminated: { exitCode: 0 } }, "Succeeded");
    setTimeout(() =>
      this.kube.update<PipelineRun>(PIPELINE_RUNS, this.name, (run) => {
        const times = {
          startTime: "2026-01-01T00:00:00Z",
          completionTime: "2026-01-01T00:05:03Z",
        };
        run.status = { ...ended(true, "Succeeded"), ...times };
      })
    );
  }

  pod(
    task: string,
    state: { running?: object; terminated?: { exitCode: number } },
    phase = "Running",
  ): void {
    this.kube.put<Pod>(PODS, {
      metadata: {
        name: `${task}-pod`,
        labels: { [LABEL.pipelineRun]: this.name, [LABEL.pipelineTask]: task },
      },
      spec: {
        containers: [{
          name: "step-s",
          image: "i",
          volumeMounts: [
            { name: "gate", mountPath: GATE_DIRECTORY },
            { name: "ws", mountPath: "/workspace/output" },
          ],
        }],
        volumes: [{ name: "ws", persistentVolumeClaim: { claimName: this.claim } }],
      },
      status: { phase, containerStatuses: [{ name: "step-s", state }] },
    });
  }

  get kinds(): string[] {
    const kinds = this.events.map(({ kind }) => kind).filter((kind) => kind !== "tasks");
    return kinds.filter((kind, at) => kind !== kinds[at - 1]);
  }

  get changes(): string[] {
    return this.kube.changes.map((change) => change.replaceAll(this.name, "NEXT"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.current[Symbol.asyncDispose]();
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.equal(this.kube.watcherCount, 0);
    assert.equal(this.host.clock.alarmCount, 0);
  }
}

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
  const next = await play.ready();
  await until(() => play.words.length === 1, "the gate has a visitor");
  assert.deepEqual(play.words, ["visit"]);
  const taken = await next.take(() => {});
  assert.equal(taken?.isSent, false);
  await runStarted(play.options(), taken!.run, taken!, () => {});
  assert.deepEqual(play.words, ["visit", "continue"]);
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
    assert.equal((await next.lost)?.kind, "deleted");
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
