import assert from "node:assert/strict";
import { ClusterError, Interrupted, TransferError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { runHeld } from "../../../src/run/held_run.ts";
import type { UploadOptions } from "../../../src/run/send_at_pauses.ts";
import type { AfterPause, AtPause } from "../../../src/run/work_at_pauses.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { LABEL, type PipelineRun } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { receive } from "../../support/fake_receiver.ts";
import { until } from "../../support/fake_transport.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { tree } from "../../support/tree_text.ts";
import { endRun, gatedPod } from "./stage.ts";
import { uploadOptions } from "./upload_options.ts";

const NAME = "p-run-bbbbc";
const CANCELLED = `patch PipelineRun ${NAME} {"spec":{"status":"Cancelled"}}`;

/** Plays a run of the tasks lint, clone and test; clone takes the upload, and each may hold. */
class Play {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(new MemoryFiles(tree("file a hello")), this.kube);
  readonly events: RunEvent[] = [];
  /** In order: `sent`, and the tasks at whose pauses work was done. */
  readonly done: string[] = [];
  onReceive: (options: ExecOptions) => Promise<ExecResult> = receive;
  onPause: (at: AtPause) => Promise<AfterPause> = () => Promise.resolve("released");

  constructor(...held: string[]) {
    this.kube.onCreated = () => held.forEach((task) => this.hold(task));
    this.kube.onExec = async (options) => {
      if (options.stdin === undefined) return { exitCode: 0, message: "" }; // whether it holds
      const received = await this.onReceive(options);
      this.done.push("sent");
      return received;
    };
  }

  start(upload: Partial<UploadOptions> = {}) {
    const { kube, host } = this;
    const run: PipelineRun = {
      kind: "PipelineRun",
      metadata: { generateName: "p-run-", namespace: "default" },
      spec: { pipelineSpec: { tasks: [{ name: "lint" }, { name: "clone" }, { name: "test" }] } },
    };
    const running = runHeld({
      kube,
      clock: host.clock,
      random: host.random,
      runManifest: { inline: () => run },
      emit: (event) => this.events.push(event),
      interrupt: host.interrupt,
      upload: {
        ...uploadOptions(host.files),
        ...upload,
      },
      work: {
        isWatched: () => true,
        atPause: async (at) => {
          this.done.push(at.pause.task!);
          return await this.onPause(at);
        },
      },
    });
    running.catch(() => {});
    return running;
  }

  hold(task: string): void {
    const labels = { [LABEL.pipelineRun]: NAME, [LABEL.pipelineTask]: task };
    this.kube.put<Pod>(PODS, gatedPod(`${task}-pod`, labels, { s: { running: {} } }));
    const place = task === "clone" ? "/workspace/output" : "";
    this.kube.log(`${task}-pod`, "step-s").say(`${HELD_PREFIX}${place}`);
  }

  over(...tasks: string[]): void {
    for (const task of tasks) this.kube.log(`${task}-pod`, "step-s").end();
  }

  end(succeeded = true): void {
    endRun(this.kube, "PipelineRun", NAME, succeeded);
  }
}

Deno.test("the upload does not wait for a user, and is no breakpoint", async () => {
  const play = new Play("lint", "clone");
  play.onPause = async ({ pause }) => {
    if (pause.task === "lint") {
      await until(() => play.done.includes("sent"), "the upload arrives beside the user's work");
      play.over("lint", "clone");
      play.hold("test");
    } else {
      play.over("test");
      play.end();
    }
    return "released";
  };
  assert.equal((await play.start()).outcome?.succeeded, true);
  assert.deepEqual(play.done.toSorted(), ["lint", "sent", "test"]);
  const places = play.events.flatMap((event) => event.kind === "paused" ? event.place : []);
  assert.deepEqual(places.toSorted(), ["clone", "lint/s", "test/s"]);
});

Deno.test("a step that stays held after the upload is worked at then", async () => {
  const play = new Play("clone");
  play.onPause = () => {
    play.over("clone");
    play.end();
    return Promise.resolve("released");
  };
  await play.start({ isHeld: true });
  assert.deepEqual(play.done, ["sent", "clone"]);
  assert.equal(play.events.filter(({ kind }) => kind === "paused").length, 1);
  assert.equal(play.events.filter(({ kind }) => kind === "released").length, 0); // the work says it
});

Deno.test("a user who leaves before the upload has arrived does not take it along", async () => {
  const play = new Play("lint");
  play.onPause = () => {
    setTimeout(() => play.hold("clone"));
    return Promise.resolve("left");
  };
  const { created, outcome } = await play.start();
  assert.deepEqual([created.metadata.name, outcome], [NAME, undefined]);
  assert.deepEqual(play.done, ["lint", "sent"]);
  assert.ok(!play.kube.changes.includes(CANCELLED));
});

Deno.test("a step that stays held is followed until somebody else releases it", async () => {
  const play = new Play("clone");
  play.onPause = ({ live, pause }) => {
    setTimeout(() => {
      assert.deepEqual(live.held.map(({ task }) => task), [pause.task]);
      play.over("clone", "test");
      play.end();
    });
    return Promise.resolve("held");
  };
  const running = play.start();
  await until(() => play.done.includes("sent"));
  play.hold("test");
  assert.equal((await running).outcome?.succeeded, true);
  assert.deepEqual(play.done, ["sent", "test"]);
});

Deno.test("an upload that fails ends the user's work and cancels the run", async () => {
  const play = new Play("lint");
  play.onReceive = () => Promise.resolve({ exitCode: 11, message: "" });
  let isOver = false;
  play.onPause = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        isOver = true;
        reject(signal.reason);
      });
      play.hold("clone");
    });
  await rejection(play.start(), TransferError);
  assert.ok(isOver);
  assert.ok(play.kube.changes.includes(CANCELLED));
});

Deno.test("an error at a breakpoint leaves the run held, but not before the upload arrived", async () => {
  for (const isSent of [true, false]) {
    const play = new Play("lint");
    play.host.clock.isAutomatic = true;
    play.onPause = async () => {
      if (isSent) {
        play.hold("clone");
        await until(() => play.done.includes("sent"));
      }
      throw new ClusterError("Cannot reach it");
    };
    await rejection(play.start(), ClusterError);
    assert.equal(play.kube.changes.includes(CANCELLED), !isSent);
  }
});

Deno.test("Ctrl-C while others may release the step cancels the run", async () => {
  const play = new Play("clone");
  play.onPause = () => {
    setTimeout(() => play.host.pressCtrlC());
    return Promise.resolve("held");
  };
  const running = play.start();
  await until(() => play.done.includes("sent"));
  play.hold("test");
  await rejection(running, Interrupted);
  assert.ok(play.kube.changes.includes(CANCELLED));
});
