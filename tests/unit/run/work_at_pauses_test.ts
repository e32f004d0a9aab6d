import assert from "node:assert/strict";
import { ClusterError, Interrupted, TransferError } from "../../../src/errors.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { runHeld } from "../../../src/run/held_run.ts";
import type { AfterPause, AtPause } from "../../../src/run/work_at_pauses.ts";
import type { RunEvent } from "../../../src/events.ts";
import { HELD_PREFIX } from "../../../src/step/protocol/gate.ts";
import { LABEL, type TaskRun } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { endRun, gatedPod, LOGS_REFUSED } from "./stage.ts";

const NAME = "r-bbbbc";
const CANCELLED = `patch TaskRun ${NAME} {"spec":{"status":"TaskRunCancelled"}}`;

/** Plays a TaskRun whose steps a and b have gates: each step holds when the test says so. */
class Play {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(undefined, this.kube);
  readonly events: RunEvent[] = [];
  readonly paused: string[] = [];
  onPause: (at: AtPause) => Promise<AfterPause> = () => Promise.resolve("released");

  constructor() {
    this.kube.onCreated = () => this.nextPod();
    this.kube.onExec = () => Promise.resolve({ exitCode: 0, message: "" });
    this.kube.onChange = (change) => {
      if (change === CANCELLED) setTimeout(() => this.end(false));
    };
  }

  start(isWatched = true) {
    const { kube, host } = this;
    const run: TaskRun = {
      kind: "TaskRun",
      metadata: { generateName: "r-", namespace: "default" },
      spec: {},
    };
    const running = runHeld({
      kube,
      clock: host.clock,
      random: host.random,
      runManifest: { inline: () => run },
      emit: (event) => this.events.push(event),
      interrupt: host.interrupt,
      work: {
        isWatched: () => isWatched,
        atPause: (at) => {
          this.paused.push(`${at.pause.targetStep}${at.isFirst ? " first" : ""}`);
          return this.onPause(at);
        },
      },
    });
    running.catch(() => {});
    return running;
  }

  pods(): void {
    const labels = { [LABEL.taskRun]: NAME };
    this.kube.put<Pod>(PODS, gatedPod("p", labels, { a: { running: {} }, b: { running: {} } }));
  }

  hold(step: string, line = HELD_PREFIX): void {
    this.kube.log("p", `step-${step}`).say(line);
  }

  /** Ends step a and deletes the pod; the next pod of the same name has separate logs. */
  deletePod(): void {
    this.over("a");
    this.kube.remove(PODS, "p");
    for (const step of ["step-a", "step-b"]) this.kube.forget("p", step);
  }

  /** The pod that comes in place of a deleted one holds, too. */
  nextPod(): void {
    this.pods();
    this.hold("a");
  }

  over(...steps: string[]): void {
    for (const step of steps) this.kube.log("p", `step-${step}`).end();
  }

  end(succeeded: boolean): void {
    endRun(this.kube, "TaskRun", NAME, succeeded);
  }

  /** Ends the steps and the run well. */
  succeed(): "released" {
    this.over("a", "b");
    this.end(true);
    return "released";
  }

  get notes(): RunEvent[] {
    return this.events.filter(({ kind }) => kind === "note");
  }
}

Deno.test("work is done at each pause in turn, and the run's end is the outcome", async () => {
  const play = new Play();
  play.onPause = ({ pause }) => {
    play.over(pause.targetStep);
    pause.targetStep === "a" ? play.hold("b") : play.end(true);
    return Promise.resolve("released");
  };
  const { created, outcome } = await play.start();
  assert.deepEqual([created.metadata.name, outcome?.succeeded], [NAME, true]);
  assert.deepEqual(play.paused, ["a first", "b"]);
  assert.deepEqual(play.events.filter(({ kind }) => kind === "paused"), [
    { kind: "paused", place: "a", pod: "p", afterMs: 0 },
    { kind: "paused", place: "b", pod: "p", afterMs: 0 },
  ]);
});

Deno.test("a run that is left stays as it is", async () => {
  const play = new Play();
  play.onPause = () => Promise.resolve("left");
  const { created, outcome } = await play.start();
  assert.deepEqual([created.metadata.name, outcome], [NAME, undefined]);
  assert.deepEqual(play.kube.changes, [`create TaskRun ${NAME}`]);
  assert.equal(play.kube.watcherCount, 0);
});

Deno.test("a pause that somebody else has ended is skipped", async () => {
  const play = new Play();
  play.kube.onExec = () => Promise.resolve({ exitCode: 1, message: "" }); // no longer held
  play.onPause = async () => {
    play.over("a");
    play.hold("b");
    play.over("b");
    await until(() => play.kube.log("p", "step-b").openCount === 0);
    play.end(true);
    return "released";
  };
  const { outcome } = await play.start();
  assert.equal(outcome?.succeeded, true);
  assert.deepEqual(play.paused, ["a first"]);
});

Deno.test("a lost connection leaves a watched run held; Ctrl-C cancels it", async () => {
  const cases = [
    [new ClusterError("Cannot reach it"), true, false],
    [new ClusterError("Cannot reach it"), false, true],
    [new TransferError("Cannot upload"), false, true],
    [new Interrupted("Interrupted"), true, true],
  ] as const;
  for (const [error, isWatched, cancels] of cases) {
    const play = new Play();
    play.host.clock.isAutomatic = true;
    play.onPause = () => Promise.reject(error);
    await assert.rejects(play.start(isWatched), error.constructor as typeof Error);
    assert.equal(play.kube.changes.includes(CANCELLED), cancels, error.message);
  }
});

Deno.test("no error cancels a released run, whether watched or not", async () => {
  for (const isWatched of [true, false]) {
    const play = new Play();
    play.onPause = ({ emit }) => {
      emit({ kind: "released" });
      play.kube.log("p", "step-b").refusals.push(LOGS_REFUSED);
      play.over("a");
      return Promise.resolve("released");
    };
    await rejection(play.start(isWatched), ClusterError);
    assert.ok(!play.kube.changes.includes(CANCELLED));
    assert.match(JSON.stringify(play.events.at(-1)), /tkn-dev taskrun logs r-bbbbc -f -n default/);
  }
});

Deno.test("a signal during the work cancels the run and says so", async () => {
  const play = new Play();
  play.onPause = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      play.host.pressCtrlC();
    });
  assert.equal(
    await rejection(play.start(), Interrupted),
    `Interrupted: cancelled TaskRun "${NAME}"`,
  );
});

Deno.test("an image without a shell is noted, and the run continues", async () => {
  const play = new Play();
  play.kube.onCreated = () => {
    play.pods();
    play.hold("a", "Error executing command: fork/exec /tekton/scripts/script-0: no such file");
    play.over("a", "b");
  };
  const running = play.start();
  await until(() => play.notes.length > 0);
  play.end(false);
  assert.equal((await running).outcome?.succeeded, false);
  assert.deepEqual(play.notes, [{
    kind: "note",
    text: 'Step a did not hold: its image "i" has no shell; --without-shell holds it',
  }]);
});

Deno.test("nothing is reported as awaited during the work", async () => {
  const play = new Play();
  play.onPause = () => {
    play.host.clock.advance(60_000);
    return Promise.resolve(play.succeed());
  };
  await play.start();
  assert.deepEqual(play.events.filter(({ kind }) => kind === "waiting"), []);
});

for (
  const [sentence, worked] of [
    ["a pause in a recreated pod is the first pause again", true],
    ["work that failed because its pod was deleted resumes in the next pod", false],
  ] as const
) {
  Deno.test(sentence, async () => {
    const play = new Play();
    play.onPause = () => {
      if (play.paused.length === 2) return Promise.resolve(play.succeed());
      play.deletePod();
      setTimeout(() => play.nextPod());
      return worked
        ? Promise.resolve("released")
        : Promise.reject(new TransferError("Cannot upload", { connectionLost: true }));
    };
    assert.equal((await play.start()).outcome?.succeeded, true);
    assert.deepEqual(play.paused, ["a first", "a first"]);
  });
}

Deno.test("a pod that is deleted at each pause is an error", async () => {
  const play = new Play();
  play.onPause = () => {
    play.deletePod();
    setTimeout(() => play.nextPod());
    return Promise.reject(new ClusterError("Cannot continue"));
  };
  const error = await rejection(play.start(), TransferError);
  assert.match(error, /its pod p was deleted 4 times/);
});
