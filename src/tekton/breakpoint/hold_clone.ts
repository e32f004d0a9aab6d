/** Holds a clone after its own work, so that an upload can come on top of it. Pure. */
import type { NamedStep, TaskSpec } from "../model.ts";
import type { Destination } from "../source/destination.ts";
import type { OwnClone } from "../source/own_clone.ts";
import type { StandIn } from "../source/replaced_steps.ts";
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";

export interface CloneToHold {
  readonly standIn: StandIn;
  readonly ownClone: OwnClone;
  readonly destination: Destination;
  readonly gate: Gate;
}

/** Declares the revision if the Task has it from its Pipeline, whose value it must not get. */
export function holdClone(
  given: TaskSpec,
  { standIn: { at }, ownClone: { revision }, destination, gate }: CloneToHold,
): TaskSpec {
  const spec = preparedForGate(given);
  const hold = { gate, place: destination, mode: "after" as const, template: given.stepTemplate };
  const own: NamedStep[] = spec.steps;
  const steps = own.map((step, index) => index === at ? holdingStep(step, step.name, hold) : step);
  const { params = [] } = spec;
  const isDeclared = revision === undefined || params.some(({ name }) => name === revision.name);
  const declared = isDeclared ? {} : { params: [...params, { name: revision.name }] };
  return withGateVolume({ ...spec, ...declared, steps }, gate);
}
