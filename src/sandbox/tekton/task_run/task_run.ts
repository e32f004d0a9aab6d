/** Runs one TaskRun: resolves its task, makes a pod for each try, and reports in its status. */
import { LABEL, type Step, type TaskRun } from "../../../tekton/model.ts";
import { Images } from "../../node/images.ts";
import { EVENTS, PODS, TASK_RUN } from "../../store/kinds.ts";
import type { RunningPod } from "../../node/kubelet.ts";
import { now } from "../../store/store.ts";
import { EnvironmentError } from "../../node/environment.ts";
import { AbsentSourceError, VolumeError } from "../../node/volumes.ts";
import { isDone, RunFailure, type State, withCondition } from "../conditions.ts";
import type { TektonContext } from "../context.ts";
import { durationMs } from "../duration.ts";
import { childName } from "../names.ts";
import {
  checkAccount,
  failedMount,
  publishUnschedulable,
  unscheduledState,
  whyUnschedulable,
} from "./absent_objects.ts";
import { checkSteps, checkSubPaths } from "./check_pod.ts";
import { publishPod, StepRunner } from "./steps.ts";
import { makePod } from "./task_pod.ts";
import {
  CONFIG_ERROR,
  configFailure,
  failureMessage,
  PENDING,
  pendingState,
  RUNNING,
  stepState,
  type Stop,
  taskResults,
  terminatedStep,
} from "./task_run_status.ts";
import { findTask, type ResolvedTask, resolveTask } from "./task_spec.ts";
import type { PodObject } from "../../node/pod_object.ts";

type Status = NonNullable<TaskRun["status"]>;

/** The end of one of its pods. */
interface End {
  readonly state: State;
  readonly change: Partial<Status>;
}

/** The time after which the kubelet reports a failed pull as a back-off: 10 s on a cluster. */
const PULL_BACK_OFF_MS = 1_000;

/** The time between two looks for an object that a pod waits for. */
const LOOK_MS = 200;

export class TaskRunJob {
  readonly ended: Promise<void>;
  #stopped: Stop | undefined;
  #stop = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly context: TektonContext, private run: TaskRun) {
    // Later, so that the creator of the TaskRun gets its response first.
    this.ended = Promise.resolve().then(() => this.#live()).catch((error) => {
      this.#fail(
        error instanceof RunFailure ? error : new RunFailure("InternalError", String(error)),
      );
    }).finally(() => clearTimeout(this.#timer));
  }

  onSpec(run: TaskRun): void {
    const { status, statusMessage = "" } = run.spec as TaskRun["spec"] & { statusMessage?: string };
    if (status !== "TaskRunCancelled" || this.#stopped !== undefined) return;
    const message = `TaskRun "${run.metadata.name}" was cancelled. ${statusMessage}`;
    queueMicrotask(() => this.#end({ reason: "TaskRunCancelled", message }));
  }

  /** Called when its pod was deleted. The runner notices, because its processes have ended. */
  onPodGone(): void {
    this.#podGone.resolve();
  }
  #podGone = Promise.withResolvers<void>();

  /** Ends the job without further updates of the status. */
  abandon(): void {
    this.#stopped ??= { reason: "", message: "" };
    this.#stop.resolve();
  }

  async #live(): Promise<void> {
    if (this.#stopped !== undefined) return;
    const started = { status: "Unknown", reason: "Started", message: "" } as const;
    this.#update({ startTime: now() }, started);
    if (this.run.spec.status === "TaskRunCancelled") this.onSpec(this.run);
    this.#startClock();
    const { spec, task } = await findTask(this.context.store, this.run);
    if (this.#stopped !== undefined) return;
    this.#takeLabels(task?.metadata.labels, task?.metadata.annotations, task?.metadata.name);
    for (let retry = 0;; retry++) {
      const resolved = resolveTask(spec, this.run, task?.metadata.name);
      this.#update({ taskSpec: { ...resolved.spec, steps: resolved.steps } });
      const end = await this.#try(resolved, retry);
      if (end === undefined) return;
      const isLast = end.state.status === "True" || retry >= (this.run.spec.retries ?? 0);
      if (isLast) return this.#update(end.change, end.state);
      this.#archive(end);
    }
  }

  /** Runs one pod, and another one of the same name if the pod is deleted during the run. */
  async #try(task: ResolvedTask, retry: number): Promise<End | undefined> {
    const suffix = retry === 0 ? "-pod" : `-pod-retry${retry}`;
    const name = childName(this.run.metadata.name!, suffix);
    for (;;) {
      const end = await this.#pod(task, name);
      if (end !== undefined) return end;
      if (this.#stopped !== undefined) return undefined;
    }
  }

  /** Undefined if the pod or the run was deleted. */
  async #pod(task: ResolvedTask, name: string): Promise<End | undefined> {
    const { store } = this.context;
    checkSteps(task.steps, this.run);
    checkAccount(store, this.run);
    this.#podGone = Promise.withResolvers();
    const made = makePod(store, this.run, task, name);
    checkSubPaths(made, this.run);
    const pod = store.create(PODS, made) as PodObject;
    const runner: StepRunner = new StepRunner(
      this.context,
      pod,
      task,
      () => this.#publish(pod, runner),
    );
    this.#update({ podName: name }, PENDING);
    if (!await this.#schedule(pod)) return undefined;
    if (!this.#publish(pod, runner)) return undefined;
    if (!await this.#pull(task.steps, pod, runner)) return undefined;
    const running = await this.#enter(task, pod, runner);
    if (running === undefined) return undefined;
    await runner.run(running);
    if (this.#stopped !== undefined || this.#isGone(pod)) return undefined;
    return this.#finish(task, runner);
  }

  /** Takes the pod from admitted to running. Undefined if the pod or the run ended before that. */
  async #enter(
    task: ResolvedTask,
    pod: PodObject,
    runner: StepRunner,
  ): Promise<RunningPod | undefined> {
    const { kubelet, podStartMs } = this.context;
    try {
      const running = await this.#admit(pod);
      if (running === undefined) return undefined;
      if (podStartMs > 0) await this.#wait(podStartMs);
      if (this.#stopped === undefined) await runner.start(running);
      if (this.#publish(pod, runner)) return running;
    } catch (error) {
      if (error instanceof EnvironmentError) this.#waitFor(error, pod, runner);
      else if (error instanceof VolumeError) {
        this.#end(configFailure(task, this.run, error.message));
      } else if (!this.#isGone(pod)) throw error; // else its directories were deleted
    }
    await kubelet.forget(pod.metadata);
    return undefined;
  }

  /** Waits for the pod's claims. Returns false if the pod or the run ended before that. */
  async #schedule(pod: PodObject): Promise<boolean> {
    const { store } = this.context;
    let said: string | undefined;
    for (;;) {
      const why = whyUnschedulable(store, pod);
      if (why === undefined) return true;
      if (why !== said) {
        publishUnschedulable(store, pod, why);
        this.#update({}, unscheduledState(why));
      }
      said = why;
      if (!await this.#wait(LOOK_MS)) return false;
    }
  }

  /** Makes the pod's directories once the config maps and secrets of its volumes exist. */
  async #admit(pod: PodObject): Promise<RunningPod | undefined> {
    const { store, kubelet } = this.context;
    let said: string | undefined;
    for (;;) {
      try {
        return await kubelet.admit(pod);
      } catch (error) {
        if (!(error instanceof AbsentSourceError)) throw error;
        if (error.message !== said) store.create(EVENTS, failedMount(pod, error));
        said = error.message;
        if (!await this.#wait(LOOK_MS)) return undefined;
      }
    }
  }

  /** Ends the TaskRun; its pod stays and waits. */
  #waitFor({ message }: EnvironmentError, pod: PodObject, runner: StepRunner): void {
    for (const record of runner.records) {
      record.state = { waiting: { reason: CONFIG_ERROR.reason, message } };
    }
    if (!this.#publish(pod, runner)) return;
    this.#update({ completionTime: now() }, CONFIG_ERROR);
    this.abandon();
  }

  #isGone({ metadata: { namespace = "", name = "", uid } }: PodObject): boolean {
    return this.context.store.find(PODS, namespace, name)?.metadata.uid !== uid;
  }

  /** Returns false if an image cannot be pulled and the run has ended for that. */
  async #pull(steps: readonly Step[], pod: PodObject, runner: StepRunner): Promise<boolean> {
    const missing = steps.findIndex(({ image = "" }) => !Images.canPull(image));
    if (missing === -1) return true;
    const { image = "", name } = steps[missing];
    const record = runner.records[missing];
    const why = `failed to pull and unpack image "${image}": failed to resolve reference ` +
      `"${image}": not found`;
    record.state = {
      waiting: { reason: "ErrImagePull", message: `rpc error: code = NotFound desc = ${why}` },
    };
    if (!this.#publish(pod, runner)) return false;
    if (!await this.#wait(PULL_BACK_OFF_MS)) return false;
    const message = `Back-off pulling image "${image}"`;
    record.state = { waiting: { reason: "ImagePullBackOff", message } };
    if (!this.#publish(pod, runner)) return false;
    const failure =
      `the step "${name}" in TaskRun "${this.run.metadata.name}" failed to pull the ` +
      `image "". The pod errored with the message: "${message}."`;
    this.#end({ reason: "TaskRunImagePullFailed", message: failure });
    return false;
  }

  #finish(task: ResolvedTask, runner: StepRunner): End {
    const failed = runner.records.find(({ state }) => state.terminated?.exitCode !== 0);
    const state: State = failed === undefined
      ? { status: "True", reason: "Succeeded", message: "All Steps have completed executing" }
      : { status: "False", reason: "Failed", message: failureMessage(failed) };
    const results = taskResults(task, runner);
    const change = { results: results.length > 0 ? results : undefined, completionTime: now() };
    return { state, change };
  }

  #startClock(): void {
    const limit = durationMs(this.run.spec.timeout);
    if (limit === undefined) return;
    const { name } = this.run.metadata;
    const message = `TaskRun "${name}" failed to finish within "${this.run.spec.timeout}"`;
    this.#timer = setTimeout(() => this.#end({ reason: "TaskRunTimeout", message }), limit);
  }

  /** Ends the run from outside: first the status, then the pod, as Tekton does. */
  #end(stop: Stop): void {
    if (this.#stopped !== undefined || isDone(this.run)) return;
    this.#fail(new RunFailure(stop.reason, stop.message));
    this.#stopped = stop;
    this.#stop.resolve();
    const { podName = "" } = this.run.status ?? {};
    const { namespace = "" } = this.run.metadata;
    if (this.context.store.find(PODS, namespace, podName) !== undefined) {
      this.context.store.delete(PODS, namespace, podName);
    }
  }

  #fail({ reason, message }: RunFailure): void {
    const steps = this.run.status?.steps?.map((step) => terminatedStep(step, reason, this.run));
    this.#update({ completionTime: now(), ...(steps && { steps }) }, {
      status: "False",
      reason,
      message,
    });
  }

  /**
   * Stores a failed try and starts the next in one update, so that no watch sees a run that failed.
   */
  #archive({ state, change }: End): void {
    type Archive = Status & { retriesStatus?: Status[] };
    const { retriesStatus = [], ...last } = { ...this.run.status, ...change } as Archive;
    const ended = { ...last, conditions: withCondition(last.conditions, state) };
    const next = { status: "Unknown", reason: "ToBeRetried", message: state.message } as const;
    const cleared = { podName: "", steps: undefined, results: undefined };
    this.#update({ retriesStatus: [...retriesStatus, ended], ...cleared }, next);
  }

  /** Returns false if the run ended before that time. */
  async #wait(ms: number): Promise<boolean> {
    let timer;
    const passed = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(true), ms));
    const stopped = Promise.race([this.#stop.promise, this.#podGone.promise]).then(() => false);
    const result = await Promise.race([passed, stopped]);
    clearTimeout(timer);
    return result;
  }

  #publish(pod: PodObject, runner: StepRunner): boolean {
    if (this.#stopped !== undefined) return false;
    if (publishPod(this.context, pod, runner.records) === undefined) return false;
    const isRunning = runner.records.every(({ state }) => state.waiting === undefined);
    const isOver = runner.records.every(({ state }) => state.terminated !== undefined);
    const condition = isOver ? undefined : isRunning ? RUNNING : pendingState(runner.records);
    this.#update({ steps: runner.records.map(stepState) }, condition);
    return true;
  }

  #update(change: Partial<Status>, state?: State): void {
    if (this.#stopped !== undefined) return;
    const updated = this.context.store.modify<TaskRun>(TASK_RUN, this.run, (copy) => {
      const status: Status = { ...copy.status, ...change };
      if (state !== undefined) status.conditions = withCondition(status.conditions, state);
      copy.status = JSON.parse(JSON.stringify(status)) as Status; // drops undefined fields
    });
    if (updated !== undefined) this.run = updated;
  }

  #takeLabels(
    labels?: Record<string, string>,
    annotations?: Record<string, string>,
    task?: string,
  ): void {
    if (task === undefined) return;
    const updated = this.context.store.modify<TaskRun>(TASK_RUN, this.run, ({ metadata }) => {
      metadata.labels = { ...labels, [LABEL.task]: task, ...metadata.labels };
      const { "kubectl.kubernetes.io/last-applied-configuration": _, ...own } = annotations ?? {};
      metadata.annotations = { ...own, ...metadata.annotations };
    });
    if (updated !== undefined) this.run = updated;
  }
}
