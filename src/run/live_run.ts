/** A live run: the run, its TaskRuns and their pods, kept up to date by watches. */
import { ClusterError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube, KubeObject, Resource, Selector, Stored } from "../kube/interface.ts";
import { PODS } from "../kube/interface.ts";
import {
  LABEL,
  RESOURCE_OF,
  type Run,
  type RunKind,
  TASK_RUNS,
  type TaskRun,
} from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { type Phase, phaseOf } from "../tekton/phase.ts";
import { containerState } from "../tekton/pod_state.ts";
import { childrenOf, readChildren } from "../objects/children.ts";
import { within } from "../async/limits.ts";
import { Scope } from "../async/scope.ts";
import { isOlder } from "../objects/object_age.ts";
import type { Pause } from "../hold/pause.ts";
import { inTaskOrder } from "./logs/log_selection.ts";

/** A step with a gate whose container ended without holding. */
export interface MissedPause {
  readonly gate?: undefined;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  /** The last lines of the step's log. */
  readonly said: readonly string[];
}

export class LiveRun implements AsyncDisposable {
  readonly kind: RunKind;
  readonly name: string;
  readonly namespace: string;
  readonly taskRuns: Map<string, Stored<TaskRun>> = new Map();
  readonly pods: Map<string, Stored<Pod>> = new Map();
  /** The names of pods that were deleted while their TaskRun ran. */
  readonly deletedPods: Set<string> = new Set();
  /** The pauses so far, in order; `followRun` finds them in the logs. */
  readonly pauses: Pause[] = [];
  /** The missed pauses so far, likewise. */
  readonly missed: MissedPause[] = [];
  /** Pauses that are over, as this client or the step's log says. */
  readonly #ended = new Set<string>();
  #run: Stored<Run>;
  #logsDrained = false;
  #failure: unknown;
  #waiters = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #watches: Promise<void>;

  constructor(kube: Kube, created: Stored<Run>, private readonly clock: Clock) {
    this.#run = created;
    this.kind = created.kind;
    this.name = created.metadata.name;
    this.namespace = created.metadata.namespace;
    const { namespace, name } = this;
    const byName: Selector = { namespace, fields: `metadata.name=${name}` };
    const children = childrenOf(this);
    const watches = [
      this.#watch<Run>(kube, RESOURCE_OF[this.kind], byName, async (run) => {
        if (phaseOf(run).kind === "ended") await this.#catchUp(kube, children);
        this.#run = run;
        if (run.kind === "TaskRun") this.taskRuns.set(name, run);
      }, () => this.#fail(deletedError(this))),
      this.#watch<Pod>(
        kube,
        PODS,
        children,
        (pod) => this.#seePod(pod),
        ({ metadata: { name, uid } }) => {
          if (this.pods.get(name)?.metadata.uid === uid) this.pods.delete(name);
        },
      ),
    ];
    if (this.kind === "PipelineRun") {
      watches.push(this.#watch<TaskRun>(
        kube,
        TASK_RUNS,
        children,
        (run) => this.#seeTaskRun(run),
      ));
    }
    this.#watches = Promise.all(watches).then(() => {});
  }

  /** Returns a run that exists already, with its TaskRuns and (in the order of tasks) pods read. */
  static async attach(kube: Kube, run: Stored<Run>, clock: Clock): Promise<LiveRun> {
    const { pods, taskRuns } = await readChildren(kube, run);
    const live = new LiveRun(kube, run, clock);
    for (const pod of inTaskOrder(run, pods)) live.pods.set(pod.metadata.name, pod);
    for (const taskRun of taskRuns) live.taskRuns.set(taskRun.metadata.name, taskRun);
    return live;
  }

  get run(): Stored<Run> {
    return this.#run;
  }

  get phase(): Phase {
    return phaseOf(this.#run);
  }

  /** Whether the run has ended and all logs of its steps are drained. */
  get logsDrained(): boolean {
    return this.#logsDrained;
  }

  /** Whether the TaskRun of the pod has ended. */
  hasTaskRunEnded({ metadata: { labels } }: Pod): boolean {
    const taskRun = this.taskRuns.get(labels?.[LABEL.taskRun] ?? "");
    return taskRun !== undefined && phaseOf(taskRun).kind === "ended";
  }

  setLogsDrained(): void {
    this.#logsDrained = true;
    this.#changed();
  }

  addPause(pause: Pause): void {
    this.pauses.push(pause);
    this.#changed();
  }

  /** The pauses at which a step still holds. */
  get held(): Pause[] {
    return this.pauses.filter((pause) => {
      const pod = this.pods.get(pause.pod);
      return !this.#ended.has(keyOf(pause)) && pod?.metadata.uid === pause.uid &&
        containerState(pod, pause.container)?.terminated === undefined &&
        this.phase.kind !== "ended" && !this.hasTaskRunEnded(pod);
    });
  }

  endPause(pause: Pause): void {
    this.#ended.add(keyOf(pause));
    this.#changed();
  }

  addMissed(missed: MissedPause): void {
    this.missed.push(missed);
    this.#changed();
  }

  /**
   * Resolves with the first defined value of `look`, which is called now and after each change.
   * Rejects if the run is deleted, a watch fails or the signal aborts.
   */
  until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiters.delete(check);
        signal.removeEventListener("abort", check);
      };
      const check = () => {
        try {
          signal.throwIfAborted();
          const found = look();
          if (found === undefined && this.#failure === undefined) return;
          settle();
          found === undefined ? reject(this.#failure) : resolve(found);
        } catch (error) {
          settle();
          reject(error);
        }
      };
      this.#waiters.add(check);
      signal.addEventListener("abort", check);
      check();
    });
  }

  /** Calls each `look` of `until`: something besides the run, which it reads, has changed. */
  look(): void {
    this.#changed();
  }

  /** Resolves like `until`, or with undefined after `ms`. */
  async within<T>(
    ms: number,
    look: () => T | undefined,
    { clock, signal }: { clock: Clock; signal: AbortSignal },
  ): Promise<T | undefined> {
    using scope = new Scope(signal);
    const late = clock.delay(ms, scope.signal).then(() => undefined);
    return await Promise.race([this.until(look, scope.signal), late]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watches;
  }

  /** Reads pods and TaskRuns: their watches may lag behind the watch that saw the run end. */
  async #catchUp(kube: Kube, children: Selector): Promise<void> {
    const pods = kube.list<Pod>(PODS, children).then((found) =>
      found.forEach((pod) => this.#seePod(pod))
    );
    const taskRuns = this.kind === "TaskRun" ? undefined : kube.list<TaskRun>(TASK_RUNS, children)
      .then((found) => found.forEach((run) => this.#seeTaskRun(run)));
    const limit = { ms: CATCH_UP_MS, signal: this.#stop.signal };
    await within(this.clock, limit, Promise.allSettled([pods, taskRuns]))
      .catch(() => {}); // the watches bring them too
  }

  #seeTaskRun(run: Stored<TaskRun>): void {
    const known = this.taskRuns.get(run.metadata.name);
    if (!isOlder(run, known)) this.taskRuns.set(run.metadata.name, run);
  }

  #seePod(pod: Stored<Pod>): void {
    const { name, deletionTimestamp, labels } = pod.metadata;
    if (isOlder(pod, this.pods.get(name))) return;
    this.pods.set(name, pod);
    const taskRun = this.taskRuns.get(labels?.[LABEL.taskRun] ?? "");
    const isRunning = taskRun !== undefined && phaseOf(taskRun).kind !== "ended";
    if (deletionTimestamp !== undefined && isRunning) this.deletedPods.add(name);
  }

  async #watch<T extends KubeObject>(
    kube: Kube,
    resource: Resource,
    selector: Selector,
    onStored: (object: Stored<T>) => void | Promise<void>,
    onDeleted: (object: Stored<T>) => void = () => {},
  ): Promise<void> {
    try {
      for await (const event of kube.watch<T>(resource, selector, this.#stop.signal)) {
        event.type === "DELETED" ? onDeleted(event.object) : await onStored(event.object);
        this.#changed();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#changed();
  }

  #changed(): void {
    for (const check of [...this.#waiters]) check();
  }
}

/** A container holds once at most. */
function keyOf({ uid, container }: Pause): string {
  return `${uid}/${container}`;
}

/** The limit for reading pods and TaskRuns before the run's end is made known. */
const CATCH_UP_MS = 1_000;

/** The run was deleted. */
export class RunDeletedError extends ClusterError {}

function deletedError(live: LiveRun): RunDeletedError {
  return new RunDeletedError(`Cannot follow ${live.kind} "${live.name}": it was deleted`, {
    hint: "start it again",
  });
}
