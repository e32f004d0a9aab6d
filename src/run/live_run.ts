/** One live run as the cluster shows it: the run, its TaskRuns and their Pods, kept up to date. */
import { ClusterError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube, KubeObject, Resource, Selector } from "../kube/interface.ts";
import { PODS } from "../kube/interface.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  type PipelineRun,
  type Pod,
  TASK_RUNS,
  type TaskRun,
} from "../tekton/model.ts";
import { type Phase, phaseOf } from "../tekton/phase.ts";

export type Run = PipelineRun | TaskRun;
export type RunKind = "PipelineRun" | "TaskRun";

export const RESOURCE_OF: Record<RunKind, Resource> = {
  PipelineRun: PIPELINE_RUNS,
  TaskRun: TASK_RUNS,
};

export class LiveRun implements AsyncDisposable {
  readonly kind: RunKind;
  readonly name: string;
  readonly namespace: string;
  readonly taskRuns: Map<string, TaskRun> = new Map();
  readonly pods: Map<string, Pod> = new Map();
  #run: Run;
  #failure: unknown;
  #waiters = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #watches: Promise<void>;

  constructor(kube: Kube, created: Run) {
    this.#run = created;
    this.kind = created.kind as RunKind;
    this.name = created.metadata.name!;
    this.namespace = created.metadata.namespace!;
    const { namespace, name } = this;
    const byName: Selector = { namespace, fields: `metadata.name=${name}` };
    const label = this.kind === "PipelineRun" ? LABEL.pipelineRun : LABEL.taskRun;
    const children: Selector = { namespace, labels: `${label}=${name}` };
    const watches = [
      this.#watch<Run>(kube, RESOURCE_OF[this.kind], byName, (run) => {
        this.#run = run;
        if (this.kind === "TaskRun") this.taskRuns.set(name, run as TaskRun);
      }, () => this.#fail(deletedError(this))),
      this.#watch<Pod>(
        kube,
        PODS,
        children,
        (pod) => this.pods.set(pod.metadata.name!, pod),
        (pod) => this.pods.delete(pod.metadata.name!),
      ),
    ];
    if (this.kind === "PipelineRun") {
      watches.push(this.#watch<TaskRun>(
        kube,
        TASK_RUNS,
        children,
        (run) => this.taskRuns.set(run.metadata.name!, run),
      ));
    }
    this.#watches = Promise.all(watches).then(() => {});
  }

  get run(): Run {
    return this.#run;
  }

  get phase(): Phase {
    return phaseOf(this.#run);
  }

  /**
   * The first defined value of `look`, which is asked now and after each change. Rejects where the
   * run is deleted, can't be watched any more, or the signal aborts.
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

  /** As `until`, but undefined once that much time has passed. */
  async within<T>(
    ms: number,
    look: () => T | undefined,
    { clock, signal }: { clock: Clock; signal: AbortSignal },
  ): Promise<T | undefined> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      const late = clock.delay(ms, either).then(() => undefined);
      return await Promise.race([this.until(look, either), late]);
    } finally {
      over.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watches;
  }

  async #watch<T extends KubeObject>(
    kube: Kube,
    resource: Resource,
    selector: Selector,
    there: (object: T) => void,
    gone: (object: T) => void = () => {},
  ): Promise<void> {
    try {
      for await (const event of kube.watch<T>(resource, selector, this.#stop.signal)) {
        event.type === "DELETED" ? gone(event.object) : there(event.object);
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

function deletedError(live: LiveRun): ClusterError {
  return new ClusterError(`Cannot follow ${live.kind} "${live.name}": it was deleted`, {
    hint: "start it again",
  });
}
