/** The steps of a Task that an upload stands in for. Pure. */
import type { Step, TaskSpec } from "../model.ts";

/** The replaced steps and the place of the gate. */
export interface StandIn {
  /** The indices of the replaced steps; if empty, the upload comes before the first step. */
  readonly replaced: readonly number[];
  /** The index of the step that the gate replaces, or before which it comes. */
  readonly at: number;
}

/** Returns the steps that still run. */
export function keptSteps({ steps = [] }: TaskSpec, { replaced }: StandIn): Step[] {
  return steps.filter((_, at) => !replaced.includes(at));
}
