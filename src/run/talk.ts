/** Passes a run's events on, and says what is waited for where there were none for a while. */
import type { Clock } from "../host.ts";
import { EVENTS, type Kube, type KubeEvent } from "../kube/interface.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { isStarting, stepContainers, whatEventsSay, whyPending } from "../tekton/pod_state.ts";
import type { RunEvent } from "./events.ts";
import type { LiveRun } from "./live_run.ts";
import { heldPod } from "./pause.ts";

export interface TalkOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly live: LiveRun;
  readonly emit: (event: RunEvent) => void;
}

/** Nothing is silent for longer than two seconds: after this long something is said. */
const SILENCE_MS = 1_500;
const LOOK_MS = 250;

export class Talk implements Disposable {
  /** `held`: it is a person who is waited for, and nothing is said. */
  stage: "starting" | "sending" | "held" | "released" = "starting";
  /** The one step at which the run is to hold first. */
  held?: { readonly task?: string; readonly step: string };
  #lastMs: number;
  /** What the events of a starting pod said when they were last asked for. */
  #eventsSay: string | undefined;
  #asking = false;
  readonly #ticks: Disposable;

  constructor(private readonly options: TalkOptions) {
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
    const starting = [...this.options.live.pods.values()].find(isStarting);
    if (starting !== undefined) void this.#askEvents(starting);
    const events = starting === undefined ? undefined : this.#eventsSay;
    this.emit({ kind: "waiting", text: events ?? this.#what() });
  }

  /** A pod's own status does not tell that an image is pulled or a volume can't be mounted. */
  async #askEvents(pod: Pod): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { name, namespace } = pod.metadata;
      const fields = `involvedObject.name=${name}`;
      const selector = { namespace: namespace!, fields };
      const said = whatEventsSay(await this.options.kube.list<KubeEvent>(EVENTS, selector));
      this.#eventsSay = said === undefined ? undefined : `pod ${name}: ${said}`;
    } catch {
      this.#eventsSay = undefined; // without the right to read events there is less to tell
    } finally {
      this.#asking = false;
    }
  }

  #what(): string {
    switch (this.stage) {
      case "sending":
        return `step ${this.held?.step} to take and check the upload`;
      case "starting":
        if (this.held !== undefined) return whyNotPaused(this.options.live, this.held);
        return whatRuns(this.options.live);
      default:
        return whatRuns(this.options.live);
    }
  }
}

/** What is waited for before the pause, in words. */
function whyNotPaused(live: LiveRun, held: NonNullable<Talk["held"]>): string {
  const pod = heldPod({ live, held });
  if (pod !== undefined) {
    return whyPending(pod) ?? `pod ${pod.metadata.name}: waiting for step ${held.step}`;
  }
  const running = [...live.taskRuns.values()]
    .map((run) => run.metadata.labels?.[LABEL.pipelineTask])
    .filter((task) => task !== undefined && task !== held.task);
  if (running.length > 0) return `task ${held.task}: after ${running.join(", ")}`;
  return held.task === undefined
    ? `${live.kind} ${live.name}: its pod`
    : `task ${held.task}: its pod`;
}

/** What is waited for after the release, in words. */
function whatRuns(live: LiveRun): string {
  const pods = [...live.pods.values()];
  const pending = pods.map(whyPending).find((why) => why !== undefined);
  if (pending !== undefined) return pending;
  const running = pods.filter(isAtWork)
    .map((pod) => pod.metadata.labels?.[LABEL.pipelineTask] ?? pod.metadata.name);
  return running.length === 0
    ? `${live.kind} ${live.name} to go on`
    : `${running.join(", ")} to end`;
}

/** A task's, not the run's affinity assistant, which is there until the run's end. */
function isAtWork(pod: Pod): boolean {
  return pod.status?.phase === "Running" && stepContainers(pod).length > 0;
}
