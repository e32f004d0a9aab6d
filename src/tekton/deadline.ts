/** The time at which a run's own timeout ends it. Pure. */
import type { PipelineRun, TaskRun } from "./model.ts";
import { timeoutSeconds } from "./timeouts.ts";

/** Returns milliseconds since the epoch; undefined if no timeout is known, or none has begun. */
export function deadlineMs(run: PipelineRun | TaskRun): number | undefined {
  const startMs = Date.parse(run.status?.startTime ?? "");
  const timeouts = run.kind === "TaskRun"
    ? [run.spec.timeout]
    : [run.spec.timeouts?.pipeline, run.spec.timeouts?.tasks];
  const seconds = timeouts.map((timeout) => timeout && timeoutSeconds(timeout))
    .filter((one) => typeof one === "number");
  if (Number.isNaN(startMs) || seconds.length === 0) return undefined;
  return startMs + Math.min(...seconds) * 1_000;
}
