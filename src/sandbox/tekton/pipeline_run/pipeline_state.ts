/** The state of each task of a run, and what follows from it: Tekton's rules as one pure object. */
import type { PipelineRun, TaskRun } from "../../../tekton/model.ts";
import { conditionOf, type State } from "../conditions.ts";
import type { Plan, PlannedTask } from "./pipeline_plan.ts";
import { Values } from "../substitute.ts";
import { whenHolds } from "../when.ts";

export const CANCELLED_BY_RUN =
  "TaskRun cancelled as the PipelineRun it belongs to has been cancelled.";
export const CANCELLED_BY_TIMEOUT =
  "TaskRun cancelled as the PipelineRun it belongs to has timed out.";

export type SkipReason =
  | "PipelineRun was stopping"
  | "PipelineRun was gracefully cancelled"
  | "PipelineRun was gracefully stopped"
  | "When Expressions evaluated to false"
  | "Parent Tasks were skipped"
  | "Results were missing"
  | "PipelineRun Tasks timeout has been reached"
  | "PipelineRun Finally timeout has been reached";

export interface Facts {
  readonly run: PipelineRun;
  readonly plan: Plan;
  /** By the name of the pipeline task. */
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  /** Tasks that lacked a result when they were to start. They can never start. */
  readonly invalid: ReadonlySet<string>;
  readonly isTasksTimeOver: boolean;
  readonly isFinallyTimeOver: boolean;
}

export class PipelineState {
  readonly #skips = new Map<string, SkipReason | undefined>();
  readonly #planned: ReadonlyMap<string, PlannedTask>;
  /** Results of all tasks that have ended. */
  readonly results: Values;

  constructor(readonly facts: Facts) {
    this.#planned = new Map(facts.plan.tasks.map((planned) => [planned.task.name, planned]));
    this.results = resultValues(facts.taskRuns);
  }

  get tasks(): readonly PlannedTask[] {
    return this.facts.plan.tasks;
  }

  isStarted(name: string): boolean {
    return this.facts.taskRuns.has(name);
  }

  isRunning(name: string): boolean {
    return this.isStarted(name) && this.#truth(name) === "Unknown";
  }

  isSuccessful(name: string): boolean {
    return this.#truth(name) === "True";
  }

  isFailed(name: string): boolean {
    return this.#truth(name) === "False";
  }

  isDone(name: string): boolean {
    return this.isSuccessful(name) || this.isFailed(name) || this.lacksResult(name) ||
      this.skip(name) !== undefined;
  }

  /** Whether a task failed without `onError: continue`: then only `finally` tasks start. */
  get isStopping(): boolean {
    return this.tasks.some(({ task, isFinal }) =>
      !isFinal && task.onError !== "continue" &&
      (this.isFailed(task.name) || this.lacksResult(task.name))
    );
  }

  /**
   * Whether a successful task did not write a result that this one needs, Tekton's "validation
   * failed".
   */
  lacksResult(name: string): boolean {
    return this.facts.invalid.has(name);
  }

  missesResult(name: string): boolean {
    return this.#planned.get(name)!.refs.some((ref) => !this.#has(ref.task, ref.result));
  }

  skip(name: string): SkipReason | undefined {
    if (!this.#skips.has(name)) {
      const { isFinal } = this.#planned.get(name)!;
      this.#skips.set(name, isFinal ? this.#skipFinal(name) : this.#skipTask(name));
    }
    return this.#skips.get(name);
  }

  get areTasksDone(): boolean {
    return this.tasks.every(({ task, isFinal }) => isFinal || this.isDone(task.name));
  }

  get areFinalsDone(): boolean {
    return this.tasks.every(({ task, isFinal }) => !isFinal || this.isDone(task.name));
  }

  /** Returns the tasks that can start now. */
  next(): PlannedTask[] {
    const { status } = this.facts.run.spec;
    const isHeld = this.isStopping || HOLDING.includes(status ?? "");
    return this.tasks.filter(({ task: { name }, isFinal }) => {
      if (this.isStarted(name) || this.skip(name) !== undefined || this.lacksResult(name)) {
        return false;
      }
      return isFinal ? this.areTasksDone : !isHeld && this.#areParentsDone(name);
    });
  }

  /** Returns `$(tasks.X.status)` and the like, for `finally`. */
  statusValues(): Values {
    const values = new Values();
    for (const { task: { name }, isFinal } of this.tasks) {
      if (isFinal) continue;
      const taskRun = this.facts.taskRuns.get(name);
      const status = this.isSuccessful(name)
        ? "Succeeded"
        : this.isFailed(name)
        ? "Failed"
        : "None";
      values.strings.set(`tasks.${name}.status`, status);
      values.strings.set(`tasks.${name}.reason`, taskRun && conditionOf(taskRun)?.reason || "");
    }
    const dag = this.tasks.filter(({ isFinal }) => !isFinal).map(({ task }) => task.name);
    const aggregate = dag.some((name) => this.isFailed(name))
      ? "Failed"
      : dag.some((name) => this.skip(name) !== undefined)
      ? "Completed"
      : "Succeeded";
    values.strings.set("tasks.status", this.areTasksDone ? aggregate : "None");
    return values;
  }

  /** Returns the run's condition as far as its tasks determine it. */
  condition(): State {
    const { run } = this.facts;
    const { done, failed, ignored, cancelled, skipped, invalid, incomplete, late } = this.#count();
    const isGraceful = GRACEFUL.includes(run.spec.status ?? "");
    if (incomplete > 0) {
      const message = `Tasks Completed: ${done} (Failed: ${failed}, Cancelled ${cancelled}), ` +
        `Incomplete: ${incomplete}, Skipped: ${skipped}`;
      const isStopping = cancelled > 0 || (failed > 0 && this.areFinalsDone);
      const reason = run.spec.status === "CancelledRunFinally"
        ? "CancelledRunningFinally"
        : run.spec.status === "StoppedRunFinally"
        ? "StoppedRunningFinally"
        : isStopping
        ? "PipelineRunStopping"
        : "Running";
      return { status: "Unknown", reason, message };
    }
    const failures = failed + ignored + (ignored > 0 ? ` (Ignored: ${ignored})` : "");
    const message = `Tasks Completed: ${done} (Failed: ${ignored > 0 ? failures : failed}, ` +
      `Cancelled ${cancelled}), Skipped: ${skipped}` +
      (invalid > 0 ? `, Failed Validation: ${invalid}` : "");
    if (invalid > 0) return { status: "False", reason: "PipelineValidationFailed", message };
    if (failed > 0 || late > 0) return { status: "False", reason: "Failed", message };
    if (isGraceful) {
      const cancelledMessage = `PipelineRun "${run.metadata.name}" was cancelled`;
      return { status: "False", reason: "Cancelled", message: cancelledMessage };
    }
    if (cancelled > 0) return { status: "False", reason: "Cancelled", message };
    return { status: "True", reason: skipped > 0 ? "Completed" : "Succeeded", message };
  }

  #count() {
    const count = {
      done: 0,
      failed: 0,
      ignored: 0,
      cancelled: 0,
      skipped: 0,
      invalid: 0,
      incomplete: 0,
      late: 0,
    };
    for (const { task: { name, onError } } of this.tasks) {
      const taskRun = this.facts.taskRuns.get(name);
      const skip = this.skip(name);
      if (this.isSuccessful(name)) count.done++;
      else if (this.isFailed(name)) {
        count.done++;
        const isCancelled = conditionOf(taskRun!)?.reason === "TaskRunCancelled";
        if (isCancelled && taskRun!.spec.statusMessage !== CANCELLED_BY_TIMEOUT) count.cancelled++;
        else if (onError === "continue" && !isCancelled) count.ignored++;
        else count.failed++;
      } else if (this.lacksResult(name)) count.invalid++;
      else if (skip !== undefined) {
        count.skipped++;
        if (skip.endsWith("timeout has been reached")) count.late++;
      } else count.incomplete++;
    }
    return count;
  }

  #truth(name: string) {
    const taskRun = this.facts.taskRuns.get(name);
    return taskRun === undefined ? undefined : conditionOf(taskRun)?.status ?? "Unknown";
  }

  #areParentsDone(name: string): boolean {
    return this.#planned.get(name)!.after.every((parent) => this.isDone(parent));
  }

  #has(task: string, result: string): boolean {
    const results = this.facts.taskRuns.get(task)?.status?.results;
    return results?.some(({ name }) => name === result) ?? false;
  }

  #skipTask(name: string): SkipReason | undefined {
    const { task, after, refs } = this.#planned.get(name)!;
    const { status } = this.facts.run.spec;
    if (this.isStarted(name) || this.lacksResult(name)) return undefined;
    if (this.isStopping) return "PipelineRun was stopping";
    if (status === "CancelledRunFinally") return "PipelineRun was gracefully cancelled";
    if (status === "StoppedRunFinally") return "PipelineRun was gracefully stopped";
    if (!this.#areParentsDone(name)) return undefined;
    if (!whenHolds(this.results.deep(task.when))) return "When Expressions evaluated to false";
    const isOrphan = after.some((parent) => {
      const reason = this.skip(parent);
      return reason !== undefined && reason !== "When Expressions evaluated to false";
    });
    if (isOrphan) return "Parent Tasks were skipped";
    const isExcused = task.onError === "continue" ||
      refs.some((ref) => this.skip(ref.task) !== undefined);
    if (isExcused && this.missesResult(name)) return "Results were missing";
    return this.facts.isTasksTimeOver ? "PipelineRun Tasks timeout has been reached" : undefined;
  }

  #skipFinal(name: string): SkipReason | undefined {
    if (this.isStarted(name) || !this.areTasksDone) return undefined;
    const { task } = this.#planned.get(name)!;
    if (this.missesResult(name)) return "Results were missing";
    const values = this.statusValues().addAll(this.results);
    if (!whenHolds(values.deep(task.when))) return "When Expressions evaluated to false";
    return this.facts.isFinallyTimeOver
      ? "PipelineRun Finally timeout has been reached"
      : undefined;
  }
}

const GRACEFUL = ["CancelledRunFinally", "StoppedRunFinally"];
/** Statuses with which no new task starts. */
const HOLDING = [...GRACEFUL, "Cancelled"];

function resultValues(taskRuns: ReadonlyMap<string, TaskRun>): Values {
  const values = new Values();
  for (const [task, taskRun] of taskRuns) {
    for (const { name, value } of taskRun.status?.results ?? []) {
      values.add(`tasks.${task}.results`, name, value).add(`finally.${task}.results`, name, value);
    }
  }
  return values;
}
