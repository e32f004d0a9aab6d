/** How far a run is, from its own conditions: pure. */
import type { Condition, PipelineRun, StepState, TaskRun } from "./model.ts";

export type Phase =
  | { kind: "running" }
  | { kind: "ended"; succeeded: boolean; reason: string; message: string };

/** Tekton writes one condition, Succeeded: Unknown while it runs. */
export function phaseOf(run: PipelineRun | TaskRun): Phase {
  const condition = succeededOf(run);
  if (condition === undefined || condition.status === "Unknown") return { kind: "running" };
  return {
    kind: "ended",
    succeeded: condition.status === "True",
    reason: condition.reason ?? "",
    message: condition.message ?? "",
  };
}

export function succeededOf(run: PipelineRun | TaskRun): Condition | undefined {
  return run.status?.conditions?.find((condition) => condition.type === "Succeeded");
}

const CANCELLED = new Set(["Cancelled", "TaskRunCancelled", "CancelledRunningFinally"]);

export function isCancelled(phase: Phase): boolean {
  return phase.kind === "ended" && CANCELLED.has(phase.reason);
}

/**
 * The step that made a TaskRun fail: the first that ended with an exit code other than 0, but for
 * those of `onError: continue`. One of which a child ran out of memory fails it with any exit code.
 */
export function failedStep(run: TaskRun): StepState | undefined {
  return run.status?.steps?.find((step) =>
    isOutOfMemory(step) ||
    (step.terminated?.exitCode ?? 0) !== 0 && step.terminationReason !== "Continued"
  );
}

export function isOutOfMemory({ terminated, terminationReason }: StepState): boolean {
  return [terminated?.reason, terminationReason].includes(OUT_OF_MEMORY);
}

export const OUT_OF_MEMORY = "OOMKilled";

/** From status.startTime to status.completionTime. */
export function durationMs(run: PipelineRun | TaskRun): number | undefined {
  const { startTime, completionTime } = run.status ?? {};
  if (startTime === undefined || completionTime === undefined) return undefined;
  return Date.parse(completionTime) - Date.parse(startTime);
}

/** spec.status values that end a run now. */
export const CANCEL = { PipelineRun: "Cancelled", TaskRun: "TaskRunCancelled" } as const;
