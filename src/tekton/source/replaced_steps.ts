/** What of a Task is not run, for an upload stands in for it. Pure. */
import type { Step, TaskSpec } from "../model.ts";

/** Which steps are not run, and where the gate is. */
export interface StandIn {
  /** The indices of the steps that the upload stands in for; none: the upload comes before the first step. */
  readonly replaced: readonly number[];
  /** The index of the step in whose place, or before which, the gate stands. */
  readonly at: number;
}

/** The steps that are still run. */
export function keptSteps({ steps = [] }: TaskSpec, { replaced }: StandIn): Step[] {
  return steps.filter((_, at) => !replaced.includes(at));
}
