/** Passes a run's events on, and says what is waited for where there were none for a while. */
import type { Clock } from "../host.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { stepContainers, whyPending } from "../tekton/pod_state.ts";
import type { RunEvent } from "../events.ts";
import type { LiveRun } from "./live_run.ts";
import { hasTaskRunEnded } from "./logs/follow.ts";
import { hintFor, type Obstacle, obstacleOf } from "./obstacle.ts";
import { heldPod } from "./await_pause.ts";
import { askEvents } from "./pod_events.ts";

export interface WaitReporterOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly live: LiveRun;
  readonly emit: (event: RunEvent) => void;
}

/** Nothing is silent for longer than two seconds: after this long something is said. */
const SILENCE_MS = 1_500;
const LOOK_MS = 250;

export class WaitReporter implements Disposable {
  /** `held`: it is a person who is waited for, and nothing is said. */
  stage: "starting" | "sending" | "held" | "released" = "starting";
  /** The one step at which the run is to hold first. */
  held?: { readonly task?: string; readonly step: string };
  #lastMs: number;
  /** What the events of a pod that does not run yet said when they were last asked for. */
  #eventsSay: Obstacle | undefined;
  /** Hints that were given. */
  readonly #hinted = new Set<string>();
  #asking = false;
  readonly #ticks: Disposable;

  constructor(private readonly options: WaitReporterOptions) {
    this.#lastMs = options.clock.now();
    this.#ticks = options.clock.every(LOOK_MS, () => this.#look());
  }

  emit(event: RunEvent): void {
    this.#lastMs = this.options.clock.now();
    this.options.emit(event);
  }

  [Symbol.dispose](): void {
    this.#ticks[Symbol.dispose]();
  }

  #look(): void {
    if (this.stage === "held") return;
    if (this.options.clock.now() - this.#lastMs < SILENCE_MS) return;
    const pending = [...this.options.live.pods.values()].find((pod) =>
      whyPending(pod) !== undefined
    );
    if (pending !== undefined) void this.#askEvents(pending);
    const { text, hint } = (pending === undefined ? undefined : this.#eventsSay) ?? this.#what();
    this.emit({ kind: "waiting", text });
    if (hint === undefined || this.#hinted.has(hint)) return;
    this.#hinted.add(hint);
    this.emit({ kind: "note", text: `${text}; ${hint}` });
  }

  async #askEvents(pod: Stored<Pod>): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#eventsSay = await askEvents(this.options.kube, pod);
    } catch {
      this.#eventsSay = undefined; // without the right to read events there is less to tell
    } finally {
      this.#asking = false;
    }
  }

  #what(): Obstacle {
    const { live } = this.options;
    if (this.stage === "sending") {
      return { text: `step ${this.held?.step} to take and check the upload` };
    }
    if (this.stage === "starting" && this.held !== undefined) return whyNotPaused(live, this.held);
    return whatRuns(live);
  }
}

/** What is waited for before the pause, in words. */
function whyNotPaused(live: LiveRun, held: NonNullable<WaitReporter["held"]>): Obstacle {
  const pod = heldPod({ live, held });
  if (pod !== undefined) {
    const waits = `pod ${pod.metadata.name}: waiting for step ${held.step}`;
    return whyPodStops(pod) ?? { text: waits };
  }
  const stops = whatStops(live);
  if (stops !== undefined) return stops;
  const running = [...live.taskRuns.values()]
    .map((run) => run.metadata.labels?.[LABEL.pipelineTask])
    .filter((task) => task !== undefined && task !== held.task);
  if (running.length > 0) return { text: `task ${held.task}: after ${running.join(", ")}` };
  const owner = held.task === undefined ? `${live.kind} ${live.name}` : `task ${held.task}`;
  return { text: `${owner}: its pod` };
}

/** What is waited for after the release, in words. */
function whatRuns(live: LiveRun): Obstacle {
  const stops = whatStops(live);
  if (stops !== undefined) return stops;
  const running = [...live.pods.values()].filter((pod) => isAtWork(live, pod))
    .map((pod) => pod.metadata.labels?.[LABEL.pipelineTask] ?? pod.metadata.name);
  const text = running.length === 0
    ? `${live.kind} ${live.name} to go on`
    : `${running.join(", ")} to end`;
  return { text };
}

/** A pod that does not start, or a TaskRun that gets none. */
function whatStops(live: LiveRun): Obstacle | undefined {
  return [...live.pods.values()].map(whyPodStops).find((why) => why !== undefined) ??
    obstacleOf(live);
}

function whyPodStops(pod: Stored<Pod>): Obstacle | undefined {
  const text = whyPending(pod);
  return text === undefined ? undefined : { text, hint: hintFor(text, pod.metadata.namespace) };
}

/**
 * A task's, not the run's affinity assistant, which is there until the run's end; nor one whose TaskRun has
 * ended, with a step killed and those after it still waiting for that.
 */
function isAtWork(live: LiveRun, pod: Pod): boolean {
  return pod.status?.phase === "Running" && stepContainers(pod).length > 0 &&
    !hasTaskRunEnded(live, pod);
}
