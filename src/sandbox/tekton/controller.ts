/** Starts a job for each new run and passes it the changes of the run's objects. */
import type { KubeObject } from "../../kube/interface.ts";
import type { PipelineRun, ResolutionRequest, TaskRun } from "../../tekton/model.ts";
import { PIPELINE_RUN, PODS, RESOLUTION_REQUEST, TASK_RUN } from "../store/kinds.ts";
import type { Change } from "../store/store.ts";
import { PipelineRunJob } from "./pipeline_run/pipeline_run.ts";
import { answerRequest } from "./resolvers.ts";
import { TaskRunJob } from "./task_run/task_run.ts";
import type { TektonContext } from "./context.ts";

export class Tekton {
  readonly #taskRuns = new Map<string, TaskRunJob>();
  readonly #pipelineRuns = new Map<string, PipelineRunJob>();
  readonly #unlisten: () => void;

  constructor(private readonly context: TektonContext) {
    this.#unlisten = context.store.listen((change) => this.#onChange(change));
  }

  /** Ends all jobs; the kubelet ends their processes. */
  async close(): Promise<void> {
    this.#unlisten();
    for (const job of this.#pipelineRuns.values()) job.abandon();
    const jobs = [...this.#taskRuns.values()];
    for (const job of jobs) job.abandon();
    await this.context.kubelet.close();
    await Promise.all(jobs.map((job) => job.ended));
  }

  #onChange({ kind, type, object }: Change): void {
    const { uid = "" } = object.metadata;
    if (kind === TASK_RUN) {
      this.#ownerOf(object)?.reconcileSoon();
      const job = this.#taskRuns.get(uid);
      if (type === "ADDED") this.#startTaskRun(object as TaskRun);
      else if (type === "MODIFIED") job?.onSpec(object as TaskRun);
      else job?.abandon();
    } else if (kind === PIPELINE_RUN) {
      const job = this.#pipelineRuns.get(uid);
      if (type === "ADDED") {
        const started = new PipelineRunJob(this.context, object as PipelineRun);
        this.#pipelineRuns.set(uid, started);
        started.reconcileSoon();
      } else if (type === "MODIFIED") job?.reconcileSoon();
      else {
        job?.abandon();
        this.#pipelineRuns.delete(uid);
      }
    } else if (kind === RESOLUTION_REQUEST && type === "ADDED") {
      void answerRequest(this.context.store, object as ResolutionRequest);
    } else if (kind === PODS && type === "DELETED") {
      this.#taskRuns.get(ownerUid(object) ?? "")?.onPodGone();
    }
  }

  #startTaskRun(run: TaskRun): void {
    const uid = run.metadata.uid!;
    const job = new TaskRunJob(this.context, run);
    this.#taskRuns.set(uid, job);
    void job.ended.then(() => this.#taskRuns.delete(uid));
  }

  #ownerOf(object: KubeObject): PipelineRunJob | undefined {
    return this.#pipelineRuns.get(ownerUid(object) ?? "");
  }
}

function ownerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.[0]?.uid;
}
