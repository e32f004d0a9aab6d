/** The progress and outcome of a run, read from its status. Pure. */
import type { Condition, PipelineRun, Run, StepState, TaskRun } from "./model.ts";

export type Phase =
  | { kind: "running" }
  | { kind: "ended"; succeeded: boolean; reason: string; message: string };

/** Returns the run's phase. Tekton's condition Succeeded is Unknown while the run is running. */
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
 * Returns the step that made a TaskRun fail: the first with an exit code other than 0 and without
 * `onError: continue`. A step with a child that ran out of memory fails with any exit code.
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

/** Returns the milliseconds from status.startTime to status.completionTime. */
export function durationMs(run: PipelineRun | TaskRun): number | undefined {
  const { startTime, completionTime } = run.status ?? {};
  if (startTime === undefined || completionTime === undefined) return undefined;
  return Date.parse(completionTime) - Date.parse(startTime);
}

/** Values of spec.status that end a run immediately. */
export const CANCEL = { PipelineRun: "Cancelled", TaskRun: "TaskRunCancelled" } as const;

const CANCELS: readonly string[] = [...Object.values(CANCEL), "CancelledRunFinally"];

/** Whether the run is to end. Tekton deletes the pods before it says that the run has ended. */
export function isBeingCancelled({ spec }: Run): boolean {
  return CANCELS.includes(spec.status ?? "");
}
