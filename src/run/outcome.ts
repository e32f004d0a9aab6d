/** Builds the Outcome of a run from the run, its TaskRuns and pods: pure. */
import type { PipelineRun, PipelineTask, Run, StepState, TaskRun } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import {
  durationMs,
  failedStep,
  isCancelled,
  isOutOfMemory,
  OUT_OF_MEMORY,
  phaseOf,
} from "../tekton/phase.ts";
import { LABEL } from "../tekton/model.ts";
import { taskNameOf } from "../tekton/task_name.ts";
import type { Outcome, StepOutcome, TaskOutcome } from "../events.ts";
import type { LiveRun } from "./live_run.ts";

type Read = Pick<LiveRun, "run" | "taskRuns" | "pods">;

export interface OutcomeOptions {
  /** The Pipeline's task that the upload replaced. */
  readonly uploaded?: string;
  /** With it, a running task has the time so far. */
  readonly nowMs?: number;
}

export function outcomeOf(read: Read, options: OutcomeOptions = {}): Outcome {
  const { run } = read;
  const phase = phaseOf(run);
  const ended = phase.kind === "ended"
    ? phase
    : { succeeded: false, reason: "Running", message: "" };
  return {
    succeeded: ended.succeeded,
    resource: run.kind,
    name: run.metadata.name,
    reason: ended.reason,
    message: ended.message,
    elapsedMs: durationMs(run),
    tasks: run.kind === "PipelineRun"
      ? pipelineTasks(run, read, options)
      : [taskOutcome(taskNameOf(run.metadata.labels) ?? run.metadata.name, run, read, options)],
  };
}

/** Returns the tasks in the Pipeline's order, the finally tasks last. */
function pipelineTasks(
  run: PipelineRun,
  read: Read,
  options: OutcomeOptions,
): TaskOutcome[] {
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec ?? {};
  const tasks: PipelineTask[] = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  return tasks.flatMap(({ name }) => {
    const runs = [...read.taskRuns.values()].filter((one) =>
      one.metadata.labels?.[LABEL.pipelineTask] === name
    );
    const skipped = run.status?.skippedTasks?.find((one) => one.name === name);
    if (runs.length === 0) {
      return skipped === undefined
        ? [{ name, status: "pending" as const }]
        : [{ name, status: "skipped" as const, message: skipped.reason }];
    }
    return runs.map((one) => ({
      ...taskOutcome(
        runs.length === 1 ? name : `${name} (${one.metadata.name})`,
        one,
        read,
        options,
      ),
      ...(name === options.uploaded ? { uploaded: true } : {}),
    }));
  });
}

function taskOutcome(
  name: string,
  run: TaskRun,
  { pods }: Pick<Read, "pods">,
  { nowMs }: OutcomeOptions,
): TaskOutcome {
  const phase = phaseOf(run);
  if (phase.kind === "running") {
    const soFarMs = nowMs === undefined ? undefined : sinceMs(run, nowMs);
    return { name, status: "running", ...elapsed(soFarMs) };
  }
  const elapsedMs = durationMs(run);
  const steps = stepOutcomes(run);
  if (phase.succeeded) return { name, status: "succeeded", elapsedMs, ...steps };
  const step = failedStep(run);
  return {
    name,
    status: isCancelled(phase) ? "cancelled" : "failed",
    elapsedMs,
    message: isCancelled(phase) ? phase.message : withWaiting(phase.message, run),
    ...(step?.terminated === undefined ? {} : {
      failedStep: {
        step: step.name ?? "",
        exitCode: step.terminated.exitCode,
        ...whyEnded(step, pods.get(run.status?.podName ?? "")),
      },
    }),
    ...steps,
  };
}

/** Adds why a container did not start, as Kubernetes says it, unless the message has that. */
function withWaiting(message: string, { status }: TaskRun): string {
  const step = status?.steps?.find(({ waiting }) => waiting?.message !== undefined);
  const why = step?.waiting?.message;
  if (why === undefined || message.includes(why)) return message;
  return `${message}: step ${step?.name}: ${why}`;
}

/** Returns the steps that have ended; a step that fails with `onError: continue` succeeds. */
function stepOutcomes(run: TaskRun): { steps?: StepOutcome[] } {
  const failed = failedStep(run);
  const steps = (run.status?.steps ?? []).flatMap((step): StepOutcome[] => {
    const { name = "", terminated, terminationReason } = step;
    if (terminated === undefined) return [];
    const { exitCode, startedAt, finishedAt } = terminated;
    const reason = terminationReason ?? terminated.reason;
    const hasFailed = step === failed || exitCode !== 0 && reason !== "Continued";
    const status = reason === "Skipped" ? "skipped" : hasFailed ? "failed" : "succeeded";
    const elapsedMs = Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "");
    const why = reason === undefined || reason === "Completed" ? {} : { reason };
    const time = Number.isNaN(elapsedMs) || status === "skipped" ? {} : { elapsedMs };
    return [{ name, status, exitCode, ...why, ...time }];
  });
  return steps.length === 0 ? {} : { steps };
}

function whyEnded(step: StepState, pod: Pod | undefined): { reason?: string; limit?: string } {
  if (!isOutOfMemory(step)) return { reason: step.terminationReason ?? step.terminated?.reason };
  const container = pod?.spec?.containers?.find(({ name }) => name === step.container);
  const limit = container?.resources?.limits?.memory;
  return { reason: OUT_OF_MEMORY, ...(limit === undefined ? {} : { limit }) };
}

/** Returns how long ago the run started: at least 0, since the clocks may differ. */
export function sinceMs({ status, metadata }: Run, nowMs: number): number | undefined {
  // A run that was just created has no status yet.
  const startedMs = Date.parse(status?.startTime ?? metadata.creationTimestamp ?? "");
  return Number.isNaN(startedMs) ? undefined : Math.max(0, nowMs - startedMs);
}

export function elapsed(elapsedMs: number | undefined): { elapsedMs?: number } {
  return elapsedMs === undefined ? {} : { elapsedMs };
}
