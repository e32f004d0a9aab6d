import assert from "node:assert/strict";
import {
  ClusterError,
  Interrupted,
  OutputError,
  TransferError,
  UsageError,
} from "../../../src/errors.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import type { RunEvent } from "../../../src/events.ts";
import { type HeldRunOptions, runHeld } from "../../../src/run/held_run.ts";
import type { UploadOptions } from "../../../src/run/send_at_pauses.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { LABEL, PIPELINE_RUNS, type PipelineRun, TASKS } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { until } from "../../support/fake_transport.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { tree } from "../../support/tree_text.ts";
import { receive } from "../../support/fake_receiver.ts";
import { endRun, gatedPod, LOGS_REFUSED } from "./stage.ts";
import { uploadOptions } from "./upload_options.ts";

const NODES = tree("file a hello");
const NAME = "p-run-bbbbc";
const ANNOTATED =
  `patch PipelineRun ${NAME} {"metadata":{"annotations":{"tkn-dev/upload":"1 files"}}}`;
const CANCELLED = `patch PipelineRun ${NAME} {"spec":{"status":"Cancelled"}}`;

type StartOptions = Partial<Omit<HeldRunOptions, "upload">> & { upload?: Partial<UploadOptions> };

/** Plays one run of the tasks clone and test: up to the gate, then as the test says. */
class Play {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(new MemoryFiles(NODES), this.kube);
  readonly events: RunEvent[] = [];
  /** Receives the upload in place of the held step. */
  onReceive: (options: ExecOptions) => Promise<ExecResult> = async (options) => {
    const received = await receive(options);
    this.finish();
    return received;
  };

  onEvent: (event: RunEvent) => void = () => {};

  constructor() {
    this.kube.onCreated = () => this.hold();
    this.kube.onExec = (options) => this.onReceive(options);
    this.kube.onChange = (change) => {
      if (change === CANCELLED) setTimeout(() => this.end(false));
    };
  }

  start({ upload, ...options }: StartOptions = {}) {
    const { kube, host } = this;
    const run: PipelineRun = {
      kind: "PipelineRun",
      metadata: { generateName: "p-run-", namespace: "default" },
      spec: { pipelineSpec: { tasks: [{ name: "clone" }, { name: "test" }] } },
    };
    const uploading = runHeld({
      kube,
      clock: host.clock,
      random: host.random,
      runManifest: { inline: () => run },
      upload: {
        ...uploadOptions(host.files),
        annotations: ({ files }) => ({ "tkn-dev/upload": `${files} files` }),
        ...upload,
      },
      emit: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
      interrupt: host.interrupt,
      ...options,
    });
    uploading.catch(() => {});
    return uploading;
  }

  /** Lets the gate hold. */
  hold(): void {
    this.pod("clone", { running: {} });
    this.kube.log("clone-pod", "step-s").say(`${HELD_PREFIX}/workspace/output`);
  }

  /** Plays the run from the release to its end. */
  finish(): void {
    this.kube.log("clone-pod", "step-s").end();
    this.pod("clone", { terminated: { exitCode: 0 } }, "Succeeded");
    this.pod("test", { terminated: { exitCode: 0 } }, "Succeeded");
    this.kube.log("test-pod", "step-s").say("tested");
    this.kube.log("test-pod", "step-s").end();
    setTimeout(() => this.end(true));
  }

  end(succeeded: boolean): void {
    endRun(this.kube, "PipelineRun", NAME, succeeded);
  }

  pod(
    task: string,
    state: { running?: object; terminated?: { exitCode: number } },
    phase = "Running",
  ) {
    const labels = { [LABEL.pipelineRun]: NAME, [LABEL.pipelineTask]: task };
    this.kube.put<Pod>(PODS, gatedPod(`${task}-pod`, labels, { s: state }, phase));
  }

  get kinds(): string[] {
    const kinds = this.events.map((event) => event.kind);
    return kinds.filter((kind, at) => kind !== kinds[at - 1]);
  }

  get notes(): string[] {
    return this.events.filter((event) => event.kind === "note").map((event) => event.text);
  }

  /** Checks that no watch, timer or stream remains. */
  checkOver(): void {
    assert.equal(this.kube.watcherCount, 0);
    assert.equal(this.host.clock.alarmCount, 0);
    assert.equal(this.kube.log("clone-pod", "step-s").openCount, 0);
  }
}

Deno.test("an upload emits its events from created to ended, in order", async () => {
  const play = new Play();
  const { created, outcome } = await play.start();
  assert.equal(created.metadata.name, NAME);
  assert.equal(outcome?.succeeded, true);
  assert.deepEqual(play.kinds, [
    "created",
    "paused",
    "sending",
    "sent",
    "released",
    "log",
    "ended",
  ]);
  assert.deepEqual(play.events[0], {
    kind: "created",
    resource: "PipelineRun",
    name: NAME,
    namespace: "default",
  });
  assert.deepEqual(play.events[1], {
    kind: "paused",
    place: "clone",
    pod: "clone-pod",
    afterMs: 0,
  });
  assert.deepEqual(play.events.at(-1), { kind: "ended", outcome });
  assert.deepEqual(play.kube.changes, [`create PipelineRun ${NAME}`, ANNOTATED]);
  play.checkOver();
});

Deno.test("a failed run is an outcome, and is not cancelled", async () => {
  const play = new Play();
  play.onReceive = async (options) => {
    const received = await receive(options);
    play.kube.log("clone-pod", "step-s").end();
    play.end(false);
    return received;
  };
  const { outcome } = await play.start();
  assert.equal(outcome?.succeeded, false);
  assert.deepEqual(play.kube.changes.slice(1), [ANNOTATED]);
  play.checkOver();
});

Deno.test("without logs the upload ends once the step is released", async () => {
  const play = new Play();
  play.onReceive = receive;
  const { created, outcome } = await play.start({ follows: false });
  assert.deepEqual([created.metadata.name, outcome], [NAME, undefined]);
  assert.equal(play.kinds.at(-1), "released");
  assert.deepEqual(play.kube.changes.slice(1), [ANNOTATED]);
  play.checkOver();
});

Deno.test("a failed transfer cancels the run and is the reported error", async () => {
  const play = new Play();
  play.onReceive = async (options) => {
    await options.stdin!.cancel();
    return { exitCode: 13, message: "" };
  };
  assert.match(await rejection(play.start(), TransferError), /^Cannot unpack into step "s"/);
  assert.deepEqual(play.kube.changes.slice(1), [CANCELLED]);
  assert.deepEqual(play.notes, [`Cancelled PipelineRun ${NAME}`]);
  play.checkOver();
});

Deno.test("a failed walk cancels the run; a walk that failed before starts no run", async () => {
  const error = new TransferError("Cannot read a");
  const early = new Play();
  await assert.rejects(early.start({ upload: { entries: Promise.reject(error) } }), error);
  assert.deepEqual(early.kube.changes, []);
  const late = new Play();
  const walk = Promise.withResolvers<Entry[]>();
  const uploading = late.start({ upload: { entries: walk.promise } });
  await until(() => late.kinds.includes("paused"));
  walk.reject(error);
  await assert.rejects(uploading, error);
  assert.deepEqual(late.kube.changes.slice(1), [CANCELLED]);
  late.checkOver();
});

Deno.test("a skipped task cancels the run, because nothing can be uploaded", async () => {
  const play = new Play();
  play.kube.onCreated = () =>
    play.kube.update<PipelineRun>(PIPELINE_RUNS, NAME, (run) => {
      run.status = { skippedTasks: [{ name: "clone", reason: "when" }] };
    });
  assert.match(await rejection(play.start(), UsageError), /this run skips it \(when\)/);
  assert.deepEqual(play.kube.changes.slice(1), [CANCELLED]);
  play.checkOver();
});

Deno.test("a refused run is the cluster's error, with nothing to cancel", async () => {
  const play = new Play();
  play.kube.onChange = () => {
    throw new ClusterError("Cannot create");
  };
  assert.equal(await rejection(play.start(), ClusterError), "Cannot create");
  assert.deepEqual(play.events, []);
});

for (const when of ["paused", "sending", "log"]) {
  Deno.test(`Ctrl-C cancels the run, at the event ${when}`, async () => {
    const play = new Play();
    play.onReceive = async (options) => {
      const received = await receive(options);
      play.pod("test", { running: {} });
      play.kube.log("test-pod", "step-s").say("tests on and on");
      return received;
    };
    const emit = (event: RunEvent) => {
      play.events.push(event);
      if (event.kind === when) play.host.pressCtrlC();
    };
    assert.equal(
      await rejection(play.start({ emit }), Interrupted),
      `Interrupted: cancelled PipelineRun "${NAME}"`,
    );
    const before = when === "log" ? [ANNOTATED] : []; // by then the upload has arrived
    assert.deepEqual(play.kube.changes.slice(1), [...before, CANCELLED]);
    play.checkOver();
  });
}

Deno.test("Ctrl-C before the run is created starts no run", async () => {
  const play = new Play();
  play.host.pressCtrlC();
  assert.equal(await rejection(play.start(), Interrupted), "Interrupted: nothing was started");
  assert.deepEqual(play.kube.changes, []);
});

Deno.test("Ctrl-C while the run is created cancels it", async () => {
  const play = new Play();
  play.kube.onCreated = () => play.host.pressCtrlC();
  await rejection(play.start(), Interrupted);
  assert.deepEqual(play.kube.changes.slice(1), [CANCELLED]);
  play.checkOver();
});

Deno.test("Ctrl-C at the last lines of a run that has ended cancels nothing, and says so", async () => {
  const play = new Play();
  play.onReceive = async (options) => {
    const received = await receive(options);
    play.pod("test", { running: {} });
    play.end(true);
    return received;
  };
  const uploading = play.start();
  await until(() => play.kube.log("test-pod", "step-s").openCount === 1);
  play.host.pressCtrlC();
  assert.equal(
    await rejection(uploading, Interrupted),
    `Interrupted: PipelineRun "${NAME}" had ended`,
  );
  assert.deepEqual(play.kube.changes.slice(1), [ANNOTATED]);
});

Deno.test("if a run can't be cancelled, a note says that it may be held, and how to cancel it", async () => {
  const play = new Play();
  play.kube.onChange = (change) => {
    const what = { verb: "patch", kind: "PipelineRun", name: NAME, server: "s" };
    if (change.startsWith("patch")) throw refused(what, { code: 403, message: "no" });
  };
  const uploading = play.start({
    emit: (event) => {
      play.events.push(event);
      if (event.kind === "paused") play.host.pressCtrlC();
    },
  });
  assert.equal(
    await rejection(uploading, Interrupted),
    `Interrupted: PipelineRun "${NAME}" may still be held`,
  );
  assert.deepEqual(play.notes, [
    `PipelineRun ${NAME} may still be held: Cannot patch PipelineRun "${NAME}": forbidden: no; ` +
    `tkn pipelinerun cancel ${NAME} -n default`,
  ]);
});

Deno.test("a run whose creation can't be reported, as on a full disk, is cancelled", async () => {
  const play = new Play();
  play.onEvent = ({ kind }) => {
    if (kind === "created") throw new OutputError("Cannot write stdout: the disk is full");
  };
  await rejection(play.start(), OutputError);
  assert.ok(play.kube.changes.includes(CANCELLED));
  play.checkOver();
});

/** Failures after the release. */
const lateFailures: [what: string, error: Error, fail: (play: Play, error: Error) => void][] = [
  ["a log is refused", LOGS_REFUSED, ({ kube }, error) => {
    kube.log("test-pod", "step-s").refusals.push(error);
  }],
  ["the upload can't be noted", new TypeError("a bug"), ({ kube }, error) => {
    kube.onChange = (change) => {
      if (change === ANNOTATED) throw error;
    };
  }],
  ["an event can't be shown", new TypeError("a bug"), (play, error) => {
    play.onEvent = ({ kind }) => {
      if (kind === "log") throw error;
    };
  }],
];

for (const [what, error, fail] of lateFailures) {
  Deno.test(`a released run is not cancelled when ${what}: a note says how to follow it`, async () => {
    const play = new Play();
    play.onReceive = async (options) => {
      const received = await receive(options);
      fail(play, error);
      play.pod("test", { running: {} });
      play.kube.log("test-pod", "step-s").say("tests on and on");
      return received;
    };
    await assert.rejects(play.start(), (thrown) => {
      return thrown === error || (thrown as Error).message.includes(error.message);
    });
    assert.ok(!play.kube.changes.includes(CANCELLED));
    assert.deepEqual(play.notes, [
      `PipelineRun ${NAME} continues; ` +
      `tkn-dev pipelinerun logs ${NAME} -f -n default follows it`,
    ]);
    play.checkOver();
  });
}

for (const isInterrupted of [true, false]) {
  const why = isInterrupted ? "Ctrl-C" : "a failed upload";
  Deno.test(`a cancellation without an answer ends soon after ${why}, with a note that has the command`, async () => {
    const play = new Play();
    play.kube.patch = () => new Promise(() => {});
    play.onReceive = async (options) => {
      await options.stdin!.cancel();
      if (isInterrupted) play.host.pressCtrlC();
      return { exitCode: 13, message: "" };
    };
    const uploading = rejection(play.start(), isInterrupted ? Interrupted : TransferError);
    await until(() => play.host.clock.delays.includes(5_000));
    play.host.clock.advance(isInterrupted ? 2_000 : 5_000);
    await uploading;
    assert.deepEqual(play.notes, [
      `PipelineRun ${NAME} may still be held: no answer in time; ` +
      `tkn pipelinerun cancel ${NAME} -n default`,
    ]);
    play.checkOver();
  });
}

Deno.test("a slow link has time for the cancellation after Ctrl-C", async () => {
  const play = new Play();
  const answered = Promise.withResolvers<void>();
  const patch = play.kube.patch.bind(play.kube);
  play.kube.patch = async (...args) => {
    await answered.promise;
    return await patch(...args);
  };
  play.onReceive = async (options) => {
    await options.stdin!.cancel();
    play.host.pressCtrlC();
    return { exitCode: 13, message: "" };
  };
  const uploading = rejection(play.start(), Interrupted);
  await until(() => play.host.clock.delays.includes(5_000));
  play.host.clock.advance(1_500);
  await new Promise((resolve) => setTimeout(resolve)); // all that follows from the time
  answered.resolve();
  const message = await uploading;
  assert.equal(message, `Interrupted: cancelled PipelineRun "${NAME}"`);
  assert.ok(play.kube.changes.includes(CANCELLED));
  play.checkOver();
});

for (const accident of ["answer lost", "sent twice"] as const) {
  Deno.test(`an upload continues normally after this accident at the run's creation: ${accident}`, async () => {
    const play = new Play();
    play.kube.accidents.push(accident);
    const { outcome } = await play.start();
    assert.equal(outcome?.succeeded, true);
    assert.deepEqual(play.kube.changes, [`create PipelineRun ${NAME}`, ANNOTATED]);
    play.checkOver();
  });
}

Deno.test("expired objects of earlier runs are removed beside the run, and nothing else", async () => {
  const play = new Play();
  const task = (name: string, metadata: object) =>
    play.kube.put(TASKS, {
      metadata: { name, creationTimestamp: "2023-11-14T22:00:00Z", ...metadata },
      spec: {},
    });
  const labels = { "tkn-dev/version": "0" };
  const annotations = (name: string, seconds: number) => ({
    "tkn-dev/invocation": `Task/${name}/m/${seconds}`,
  });
  task("old", { labels, annotations: annotations("old", 240) });
  task("young", { labels, annotations: annotations("young", 7200) });
  task("unmarked", { labels });
  task("theirs", { annotations: annotations("theirs", 240) });
  await play.start();
  await until(() => play.kube.changes.includes("delete Task old"));
  assert.equal(play.kube.changes.filter((change) => change.startsWith("delete")).length, 1);
});

/** Plays a connection that breaks in the middle of the upload, and then calls `then`. */
function breaking(then: (play: Play) => void): Play {
  const play = new Play();
  play.onReceive = async (options) => {
    await options.stdin!.cancel();
    setTimeout(() => then(play));
    throw new ClusterError("Cannot run a command: connection lost (1006)");
  };
  return play;
}

Deno.test("if the container has ended before the upload, the run's end is reported", async () => {
  const play = new Play();
  play.onReceive = async (options) => {
    await receive(options);
    setTimeout(() => play.kube.remove(PIPELINE_RUNS, NAME));
    return { message: "failed to create exec: cannot exec in a deleted state: unknown" };
  };
  assert.match(await rejection(play.start(), ClusterError), /: it was deleted\n/);
});

Deno.test("a run that is deleted during the upload is reported as deleted", async () => {
  const play = breaking(({ kube }) => kube.remove(PIPELINE_RUNS, NAME));
  assert.match(await rejection(play.start(), ClusterError), /: it was deleted\n/);
});

Deno.test("a run that ends during the upload has that outcome", async () => {
  const play = breaking((play) => {
    play.pod("clone", { terminated: { exitCode: 1 } }, "Failed");
    play.kube.log("clone-pod", "step-s").end();
    play.end(false);
  });
  const { outcome } = await play.start();
  assert.equal(outcome?.succeeded, false);
  assert.equal(play.kinds.at(-1), "ended");
  assert.equal(play.kube.changes.length, 1);
  play.checkOver();
});

Deno.test("a permanently lost connection is an error, and cancels the run", async () => {
  const play = breaking(({ host }) => host.clock.advance(8_000));
  assert.match(
    await rejection(play.start(), TransferError),
    /^Cannot upload into step "s": cannot run a command: connection lost \(1006\)/,
  );
  assert.deepEqual(play.kube.changes.slice(1), [CANCELLED]);
  play.checkOver();
});

Deno.test("an upload that exceeds the pause timeout cancels the run, and names the flag", async () => {
  const play = new Play();
  let isSending = false;
  play.onReceive = (options) => {
    isSending = true;
    return new Promise((_, reject) =>
      options.signal!.addEventListener("abort", () => reject(options.signal!.reason))
    );
  };
  const uploading = play.start({ upload: { pauseSeconds: 90 } });
  await until(() => isSending);
  await play.host.clock.advance(89_999);
  assert.ok(!play.kube.changes.includes(CANCELLED));
  await play.host.clock.advance(1);
  assert.equal(
    await rejection(uploading, TransferError),
    'Cannot hold step "s" any longer: the upload took more than 90 s\ngive it more time with --pause-timeout',
  );
  assert.ok(play.kube.changes.includes(CANCELLED));
  play.checkOver();
});

Deno.test("without any event, the reason to wait is reported within two seconds", async () => {
  const play = new Play();
  play.kube.onCreated = () => {};
  const uploading = play.start();
  await until(() => play.events.length === 1 && play.kube.watcherCount === 3);
  play.host.clock.advance(2_000);
  assert.deepEqual(play.events[1], { kind: "waiting", text: "task clone: its pod" });
  play.hold();
  await uploading;
  assert.equal(play.kinds.at(-1), "ended");
});

/** Plays a recreated pod, whose gate holds. */
function remade(play: Play): void {
  play.kube.log("clone-pod", "step-s").end();
  play.kube.remove(PODS, "clone-pod");
  play.kube.forget("clone-pod", "step-s");
  play.hold();
}

for (const when of ["during the upload", "after the release"]) {
  Deno.test(`after a pod is deleted ${when} and recreated, the upload is sent again`, async () => {
    const play = new Play();
    let times = 0;
    play.onReceive = async (options) => {
      if (++times === 2) {
        const received = await receive(options);
        play.finish();
        return received;
      }
      if (when === "after the release") {
        const received = await receive(options);
        remade(play);
        return received;
      }
      await options.stdin!.cancel();
      remade(play);
      throw new ClusterError("Cannot reach the step: cut off");
    };
    const { outcome } = await play.start();
    assert.equal(outcome?.succeeded, true);
    assert.equal(times, 2);
    assert.ok(play.notes.includes("Pod clone-pod was deleted and recreated: sending again"));
    assert.equal(play.events.filter(({ kind }) => kind === "paused").length, 2);
    play.checkOver();
  });
}

Deno.test("a pod that is deleted during each upload is an error", async () => {
  const play = new Play();
  play.onReceive = async (options) => {
    await options.stdin!.cancel();
    remade(play);
    throw new ClusterError("Cannot reach the step: cut off");
  };
  const error = await rejection(play.start(), TransferError);
  assert.match(error, /^Cannot upload into step "s": its pod clone-pod was deleted 4 times/);
  assert.deepEqual(play.kube.changes.slice(1), [CANCELLED]);
  play.checkOver();
});

Deno.test("an endless exec into a deleted pod is given up", async () => {
  const play = new Play();
  play.onReceive = (options) => {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    remade(play);
    play.onReceive = async (options) => {
      const received = await receive(options);
      play.finish();
      return received;
    };
    return new Promise((_, reject) => {
      options.signal?.addEventListener("abort", () => reject(options.signal!.reason));
    });
  };
  assert.equal((await play.start()).outcome?.succeeded, true);
  play.checkOver();
});

/**
 * Plays a container that is killed during the upload: its exec stays open until its signal aborts.
 * Resolves when the exec is opened.
 */
function killed(play: Play): Promise<void> {
  const asked = Promise.withResolvers<void>();
  play.onReceive = ({ signal }) => {
    play.pod("clone", { terminated: { exitCode: 137 } });
    play.kube.log("clone-pod", "step-s").end();
    asked.resolve();
    return new Promise((_, reject) => {
      signal!.addEventListener("abort", () => reject(signal!.reason));
    });
  };
  return asked.promise;
}

async function endedKilled(play: Play, succeeded: boolean): Promise<void> {
  const { delays } = play.host.clock;
  await killed(play);
  play.end(succeeded);
  await until(() => delays.includes(1_500));
  play.host.clock.advance(1_500);
}

Deno.test("a step killed during the upload is not awaited: the run's end is reported", async () => {
  const play = new Play();
  const playing = endedKilled(play, false);
  const uploading = play.start();
  await playing;
  assert.equal((await uploading).outcome?.succeeded, false);
});

Deno.test("if the TaskRun continues for ten seconds after that, the upload is an error and cancels the run", async () => {
  const play = new Play();
  const { delays } = play.host.clock;
  const asked = killed(play);
  const uploading = rejection(play.start(), TransferError);
  await asked;
  for (const ms of [1_500, 10_000]) {
    await until(() => delays.includes(ms));
    play.host.clock.advance(ms);
  }
  assert.match(await uploading, /^Cannot upload into step "s": it has ended/);
  assert.deepEqual(play.notes, [`Cancelled PipelineRun ${NAME}`]);
});

Deno.test("if the Pipeline succeeds without the killed step, the upload is still an error", async () => {
  const play = new Play();
  const playing = endedKilled(play, true);
  const uploading = play.start();
  await playing;
  const error = await rejection(uploading, TransferError);
  assert.match(error, /^Cannot upload into step "s": it has ended/);
});
