/** A run as a row of a list. Pure. */
import type { PipelineRun, TaskRun } from "../tekton/model.ts";
import { phaseOf } from "../tekton/phase.ts";
import { formatDuration } from "./text/units.ts";

export interface ListedRun {
  readonly name: string;
  /** Its reason, or "Running". */
  readonly status: string;
  /** The time since its creation: "2m5s". */
  readonly age: string;
}

export function listedRun(run: PipelineRun | TaskRun, nowMs: number): ListedRun {
  const phase = phaseOf(run);
  const createdMs = Date.parse(run.metadata.creationTimestamp ?? "");
  const ageMs = Number.isNaN(createdMs) ? 0 : Math.max(0, nowMs - createdMs);
  return {
    name: run.metadata.name ?? "",
    status: phase.kind === "ended" ? phase.reason : "Running",
    age: formatDuration(Math.round(ageMs / 1000) * 1000).replace(".0s", "s"),
  };
}
