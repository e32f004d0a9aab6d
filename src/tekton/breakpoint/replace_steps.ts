/** Replaces some steps of a Task by a gate, or puts a gate before the first. Pure. */
import { bareStep, type Gate, gateStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import type { NamedStep, ResultSpec, Step, TaskSpec } from "../model.ts";
import type { Destination } from "../source/destination.ts";
import type { OwnClone } from "../source/own_clone.ts";
import { isBuiltFromSteps } from "../source/replaced_results.ts";
import type { StandIn } from "../source/replaced_steps.ts";
import { stepName } from "../target.ts";

export interface Replacement {
  readonly standIn: StandIn;
  readonly destination: Destination;
  /** The image that takes the upload; default: the step's own. */
  readonly image?: string;
  readonly gate: Gate;
  /** Set if no step is replaced: the clone does its own work, and holds after that. */
  readonly ownClone?: OwnClone;
}

/** The name of a step before the first one, with a number if the Task uses the name itself. */
const UPLOAD_STEP = "upload";

/** Returns the name of the step that will hold. */
export function heldStep({ steps = [] }: TaskSpec, { replaced, at }: StandIn): string {
  if (replaced.length > 0) return stepName(steps[at], at);
  const names = steps.map(stepName);
  let name = UPLOAD_STEP;
  for (let at = 2; names.includes(name); at++) name = `${UPLOAD_STEP}-${at}`;
  return name;
}

export function replaceSteps(given: TaskSpec, replacement: Replacement): TaskSpec {
  const { standIn: { replaced, at }, destination, gate, image } = replacement;
  const name = heldStep(given, replacement.standIn);
  const spec = preparedForGate(given);
  const hold = { gate, place: destination, image };
  if (replaced.length === 0) {
    const first = spec.steps[at];
    const place = { ...bareStep(first), ...mountsOf(first, destination) };
    const steps = [gateStep(place, name, hold), ...spec.steps];
    return withGateVolume({ ...spec, steps }, gate);
  }
  // These fields could skip, fail or end the step before the upload.
  const { when: _, onError: __, timeout: ___, ...held } = spec.steps[at];
  const gone = replaced.map((at) => spec.steps[at].name);
  const results = spec.results?.map((result) =>
    isBuiltFromSteps(result, gone) ? withoutValue(result) : result
  );
  const own: NamedStep[] = spec.steps;
  const steps = own.flatMap((step, index) => {
    if (index === at) return [gateStep(held, name, hold)];
    return replaced.includes(index) ? [] : [step];
  });
  return withGateVolume({ ...spec, ...(results && { results }), steps }, gate);
}

function withoutValue({ value: _, ...result }: ResultSpec): ResultSpec {
  return result as ResultSpec;
}

/**
 * Returns the mounts that the upload needs. If any step asks for a workspace, Tekton mounts it only
 * in the steps that ask, so the gate asks too.
 */
function mountsOf(step: Step, { scope }: Destination): Partial<Step> {
  if (scope.kind === "volume") {
    return { volumeMounts: step.volumeMounts?.filter(({ name }) => name === scope.name) };
  }
  const asked = step.workspaces?.find(({ name }) => name === scope.name);
  return asked === undefined ? {} : { workspaces: [asked] };
}
