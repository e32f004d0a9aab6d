/** Passes a run's events on, and reports what the run waits for during a silence. */
import type { Clock } from "../host.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { LABEL } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { stepContainers, whyPending } from "../tekton/pod_state.ts";
import type { RunEvent } from "../events.ts";
import type { LiveRun } from "./live_run.ts";
import { hintFor, type Obstacle, obstacleOf } from "./pods/obstacle.ts";
import { stepPath } from "../hold/pause.ts";
import { heldPod, type HeldStep, placeName } from "./await_pause.ts";
import { readPodEvents } from "./pods/pod_events.ts";

export interface WaitReporterOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly live: LiveRun;
  /** The step that an upload is sent to; undefined if a user works at the pauses. */
  readonly uploadStep?: HeldStep;
  readonly emit: (event: RunEvent) => void;
}

/** The longest silence; with the time to the next check it stays below two seconds. */
const SILENCE_MS = 1_500;
const CHECK_MS = 250;

export class WaitReporter implements Disposable {
  /** The next thing to come: the pause, then the upload, then the run's end. */
  #awaits: "pause" | "upload" | "end" = "pause";
  /** Whether nothing is reported, because a user works at a step. */
  isPaused = false;
  #lastMs: number;
  /** The obstacle in the last read events of a pod that does not run yet. */
  #podEvents: Obstacle | undefined;
  readonly #givenHints = new Set<string>();
  #isReading = false;
  readonly #ticks: Disposable;

  constructor(private readonly options: WaitReporterOptions) {
    this.#lastMs = options.clock.now();
    this.#ticks = options.clock.every(CHECK_MS, () => this.#check());
  }

  emit(event: RunEvent): void {
    const { uploadStep } = this.options;
    if (event.kind === "paused" && uploadStep && event.place === placeName(uploadStep)) {
      this.#awaits = "upload";
    }
    if (event.kind === "released") this.#awaits = "end";
    if (event.kind !== "tasks") this.#lastMs = this.options.clock.now();
    this.options.emit(event);
  }

  /** Reports what follows a pause that ended without a release, which no event says. */
  expect(next: "pause" | "end"): void {
    this.#awaits = next;
  }

  [Symbol.dispose](): void {
    this.#ticks[Symbol.dispose]();
  }

  #check(): void {
    if (this.isPaused) return;
    if (this.options.clock.now() - this.#lastMs < SILENCE_MS) return;
    const pending = [...this.options.live.pods.values()].find((pod) =>
      whyPending(pod) !== undefined
    );
    if (pending !== undefined) void this.#readEvents(pending);
    const said = pending === undefined ? undefined : this.#podEvents;
    const { text, hint, isWork } = said ?? this.#awaited();
    this.emit({ kind: "waiting", text, ...(isWork ? { isWork } : {}) });
    if (hint === undefined || this.#givenHints.has(hint)) return;
    this.#givenHints.add(hint);
    this.emit({ kind: "note", text: `${text}; ${hint}` });
  }

  async #readEvents(pod: Stored<Pod>): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      this.#podEvents = await readPodEvents(this.options.kube, pod);
    } catch {
      this.#podEvents = undefined; // the user may lack the right to read events
    } finally {
      this.#isReading = false;
    }
  }

  #awaited(): Obstacle {
    const { live, uploadStep } = this.options;
    if (uploadStep === undefined || this.#awaits === "end") return awaitedWork(live);
    if (this.#awaits === "pause") return awaitedPause(live, uploadStep);
    return { text: `step ${uploadStep.step} to receive and check the upload` };
  }
}

/** Returns why the run does not hold yet. */
function awaitedPause(live: LiveRun, held: HeldStep): Obstacle {
  const pod = heldPod(live, held.task);
  if (pod !== undefined) {
    const text = `pod ${pod.metadata.name}: waiting for step ${held.step}`;
    return whyPodPends(pod) ?? { text };
  }
  const obstacle = firstObstacle(live);
  if (obstacle !== undefined) return obstacle;
  const running = [...live.taskRuns.values()]
    .map((run) => run.metadata.labels?.[LABEL.pipelineTask])
    .filter((task) => task !== undefined && task !== held.task);
  if (running.length > 0) return { text: `task ${held.task}: after ${running.join(", ")}` };
  const owner = held.task === undefined ? `${live.kind} ${live.name}` : `task ${held.task}`;
  return { text: `${owner}: its pod` };
}

/** Returns what keeps the run from its end. */
function awaitedWork(live: LiveRun): Obstacle {
  const obstacle = firstObstacle(live);
  if (obstacle !== undefined) return obstacle;
  const held = live.held.map(stepPath);
  if (held.length > 0) return { text: `${held.join(", ")} to be released`, isWork: true };
  const running = [...live.pods.values()].filter((pod) => isWorking(live, pod))
    .map((pod) => pod.metadata.labels?.[LABEL.pipelineTask] ?? pod.metadata.name);
  const text = running.length === 0
    ? `${live.kind} ${live.name} to continue`
    : `${running.join(", ")} to end`;
  return { text, isWork: true };
}

/** Returns why a pod does not start, else why a TaskRun has no pod. */
function firstObstacle(live: LiveRun): Obstacle | undefined {
  return [...live.pods.values()].map(whyPodPends).find((why) => why !== undefined) ??
    obstacleOf(live);
}

function whyPodPends(pod: Stored<Pod>): Obstacle | undefined {
  const text = whyPending(pod);
  return text === undefined ? undefined : { text, hint: hintFor(text, pod.metadata.namespace) };
}

/**
 * Whether the pod runs a task's steps. Not counted are the affinity assistant, which runs until the
 * run's end, and a pod whose TaskRun has ended: after a killed step, the steps behind it wait.
 */
function isWorking(live: LiveRun, pod: Pod): boolean {
  return pod.status?.phase === "Running" && stepContainers(pod).length > 0 &&
    !live.hasTaskRunEnded(pod);
}
