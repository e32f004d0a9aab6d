/** Runs one PipelineRun: reconciles it after each change of the run or its TaskRuns. */
import { LABEL, type PipelineRun, type TaskRun } from "../../../tekton/model.ts";
import { PIPELINE_RUN, TASK_RUN } from "../../store/kinds.ts";
import { isApiError, now } from "../../store/store.ts";
import { isDone, RunFailure, type State, withCondition } from "../conditions.ts";
import type { TektonContext } from "../context.ts";
import { durationMs, formatDuration } from "../duration.ts";
import { findPipeline, makePlan, type Plan } from "./pipeline_plan.ts";
import { pipelineResults } from "./pipeline_results.ts";
import { CANCELLED_BY_RUN, CANCELLED_BY_TIMEOUT, PipelineState } from "./pipeline_state.ts";
import { makeTaskRun, taskRunName } from "./pipeline_task_run.ts";
import { Values } from "../substitute.ts";

type Status = NonNullable<PipelineRun["status"]>;
type Limit = "pipeline" | "tasks" | "finally";

export class PipelineRunJob {
  #plan: Plan | undefined;
  readonly #invalid = new Set<string>();
  #isQueued = false;
  #isAbandoned = false;
  readonly #timers = new Map<Limit, ReturnType<typeof setTimeout>>();
  readonly #over = new Set<Limit>();

  constructor(private readonly context: TektonContext, private run: PipelineRun) {}

  /**
   * Reconciles once for all changes of a burst; changes may also come from within a reconciliation.
   */
  reconcileSoon(): void {
    if (this.#isQueued || this.#isAbandoned) return;
    this.#isQueued = true;
    queueMicrotask(() => {
      this.#isQueued = false;
      if (!this.#isAbandoned) this.#guarded();
    });
  }

  abandon(): void {
    this.#isAbandoned = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #guarded(): void {
    const { namespace = "", name = "" } = this.run.metadata;
    const run = this.context.store.find(PIPELINE_RUN, namespace, name) as PipelineRun | undefined;
    if (run === undefined || run.metadata.uid !== this.run.metadata.uid || isDone(run)) return;
    this.run = run;
    try {
      this.#reconcile();
    } catch (error) {
      const failure = error instanceof RunFailure
        ? error
        : new RunFailure("InternalError", String(error));
      this.#end({ status: "False", reason: failure.reason, message: failure.message });
    }
  }

  #reconcile(): void {
    const { name } = this.run.metadata;
    if (this.run.spec.status === "PipelineRunPending") {
      const message = `PipelineRun "${name}" is pending`;
      return this.#update({}, { status: "Unknown", reason: "PipelineRunPending", message });
    }
    if (this.run.status?.startTime === undefined) this.#update({ startTime: now() });
    if (this.run.spec.status === "Cancelled") {
      this.#cancel(() => true, CANCELLED_BY_RUN);
      const message = `PipelineRun "${name}" was cancelled`;
      return this.#end({ status: "False", reason: "Cancelled", message });
    }
    this.#plan ??= this.#start();
    if (this.run.spec.status === "CancelledRunFinally") {
      this.#cancel((isFinal) => !isFinal, CANCELLED_BY_RUN);
    }
    if (this.#over.has("pipeline")) return this.#timeOut();
    if (this.#over.has("tasks")) this.#cancel((isFinal) => !isFinal, CANCELLED_BY_TIMEOUT);
    if (this.#over.has("finally")) this.#cancel((isFinal) => isFinal, CANCELLED_BY_TIMEOUT);
    this.#findInvalid(this.#state());
    this.#schedule(this.#state());
    this.#conclude(this.#state());
  }

  #start(): Plan {
    const found = findPipeline(this.context.store, this.run);
    const { pipeline } = found;
    const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } =
      pipeline?.metadata.annotations ?? {};
    const updated = this.context.store.modify<PipelineRun>(
      PIPELINE_RUN,
      this.run,
      ({ metadata }) => {
        const labels = { ...pipeline?.metadata.labels, ...metadata.labels };
        metadata.labels = { ...labels, [LABEL.pipeline]: found.name };
        metadata.annotations = { ...annotations, ...metadata.annotations };
      },
    );
    if (updated !== undefined) this.run = updated;
    this.#update({ pipelineSpec: found.spec });
    const plan = makePlan(this.context.store, this.run, found);
    this.#update({ pipelineSpec: plan.spec });
    this.#limit("pipeline");
    this.#limit("tasks");
    return plan;
  }

  #state(): PipelineState {
    const taskRuns = new Map<string, TaskRun>();
    for (const { task } of this.#plan!.tasks) {
      const taskRun = this.#find(taskRunName(this.run, task));
      if (taskRun !== undefined) taskRuns.set(task.name, taskRun);
    }
    return new PipelineState({
      run: this.run,
      plan: this.#plan!,
      taskRuns,
      invalid: this.#invalid,
      isTasksTimeOver: this.#over.has("tasks"),
      isFinallyTimeOver: this.#over.has("finally"),
    });
  }

  #find(name: string): TaskRun | undefined {
    const found = this.context.store.find(TASK_RUN, this.run.metadata.namespace!, name);
    const isOurs = found?.metadata.ownerReferences?.[0]?.uid === this.run.metadata.uid;
    return isOurs ? found as TaskRun : undefined;
  }

  /**
   * Marks the tasks that lack a result. One of them prevents all tasks that could start with it.
   */
  #findInvalid(state: PipelineState): void {
    for (const { task, isFinal } of state.next()) {
      if (!isFinal && state.missesResult(task.name)) this.#invalid.add(task.name);
    }
  }

  #schedule(state: PipelineState): void {
    for (const planned of state.next()) {
      const values = new Values().addAll(state.results);
      if (planned.isFinal) {
        values.addAll(state.statusValues());
        this.#limit("finally");
      }
      const taskRun = makeTaskRun(this.context.store, this.run, planned, values);
      try {
        this.context.store.create(TASK_RUN, taskRun);
      } catch (error) {
        if (!isApiError(error, "AlreadyExists")) throw error;
        const why = `error creating TaskRun ${taskRun.metadata.name}: ${(error as Error).message}`;
        throw new RunFailure("CreateRunFailed", why);
      }
    }
  }

  #conclude(state: PipelineState): void {
    const condition = this.#over.has("tasks") && state.areTasksDone && state.areFinalsDone
      ? this.#tasksTimedOut()
      : state.condition();
    const skippedTasks = state.tasks.flatMap(({ task: { name, when } }) => {
      const reason = state.skip(name);
      const isWhen = reason === "When Expressions evaluated to false";
      return reason === undefined
        ? []
        : [{ name, reason, ...(isWhen && { whenExpressions: when }) }];
    });
    const childReferences = state.tasks.filter(({ task }) => state.isStarted(task.name)).map(
      ({ task }) => ({
        apiVersion: "tekton.dev/v1",
        kind: "TaskRun",
        name: taskRunName(this.run, task),
        pipelineTaskName: task.name,
        ...(task.displayName && { displayName: task.displayName }),
        ...(task.when && { whenExpressions: task.when }),
      }),
    );
    const status = {
      childReferences,
      skippedTasks: skippedTasks.length > 0 ? skippedTasks : undefined,
    };
    if (condition.status === "Unknown") return this.#update(status, condition);
    const { results, invalid } = pipelineResults(this.#plan!.spec.results ?? [], state);
    const all = { ...status, results: results.length > 0 ? results : undefined };
    if (invalid.length === 0) return this.#end(condition, all);
    const message = `Failed to get PipelineResult from TaskRun Results for PipelineRun ` +
      `${this.run.metadata.name}: invalid pipelineresults [${invalid.join(" ")}], ` +
      "the referenced results don't exist";
    this.#end({ status: "False", reason: "CouldntGetPipelineResult", message }, all);
  }

  #timeOut(): void {
    this.#cancel(() => true, CANCELLED_BY_TIMEOUT);
    const message = `PipelineRun "${this.run.metadata.name}" failed to finish within ` +
      `"${this.#limitText("pipeline")}"`;
    this.#end({ status: "False", reason: "PipelineRunTimeout", message });
  }

  #tasksTimedOut(): State {
    const message =
      `PipelineRun "${this.run.metadata.name}" failed due to tasks failed to finish ` +
      `within "${this.#limitText("tasks")}"`;
    return { status: "False", reason: "PipelineRunTimeout", message };
  }

  /** Asks the TaskRuns that still run to end; their own jobs end them. */
  #cancel(isAsked: (isFinal: boolean) => boolean, statusMessage: string): void {
    for (const { task, isFinal } of this.#plan?.tasks ?? []) {
      const taskRun = isAsked(isFinal) ? this.#find(taskRunName(this.run, task)) : undefined;
      if (taskRun === undefined || isDone(taskRun) || taskRun.spec.status !== undefined) continue;
      this.context.store.modify<TaskRun>(TASK_RUN, taskRun, ({ spec }) => {
        spec.status = "TaskRunCancelled";
        spec.statusMessage = statusMessage;
      });
    }
  }

  #limit(limit: Limit): void {
    const ms = durationMs(this.run.spec.timeouts?.[limit]);
    if (ms === undefined || this.#timers.has(limit)) return;
    const timer = setTimeout(() => {
      this.#over.add(limit);
      this.reconcileSoon();
    }, ms);
    this.#timers.set(limit, timer);
  }

  #limitText(limit: Limit): string {
    return formatDuration(durationMs(this.run.spec.timeouts?.[limit]) ?? 0);
  }

  #end(state: State, status: Partial<Status> = {}): void {
    this.#update({ ...status, completionTime: now() }, state);
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #update(change: Partial<Status>, state?: State): void {
    const updated = this.context.store.modify<PipelineRun>(PIPELINE_RUN, this.run, (copy) => {
      const status: Status = { ...copy.status, ...change };
      if (state !== undefined) status.conditions = withCondition(status.conditions, state);
      copy.status = JSON.parse(JSON.stringify(status)) as Status; // drops undefined fields
    });
    if (updated !== undefined) this.run = updated;
  }
}
