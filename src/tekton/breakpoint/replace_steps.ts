/** A Task in which a gate stands for some of its steps, or before the first one: every other step stays as it is. Pure. */
import { bareStep, type Gate, gateStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import type { NamedStep, ResultSpec, Step, TaskSpec } from "../model.ts";
import type { Destination } from "../source/destination.ts";
import { isOfSteps } from "../source/results.ts";
import type { StandIn } from "../source/replaced_steps.ts";
import { stepName } from "../target.ts";

export interface Replacement {
  readonly standIn: StandIn;
  readonly destination: Destination;
  /** The image that takes the upload, where it is not the step's own. */
  readonly image?: string;
  readonly gate: Gate;
}

/** The name of the step that is put before the first one, as far as the Task has none like it. */
const UPLOAD_STEP = "upload";

/** The name of the step that will hold. */
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
  // The upload is to take place whatever these say of the step that it stands in for.
  const { when: _, onError: __, timeout: ___, ...held } = spec.steps[at];
  const gone = replaced.map((at) => spec.steps[at].name);
  const results = spec.results?.map((result) => isOfSteps(result, gone) ? plain(result) : result);
  const own: NamedStep[] = spec.steps;
  const steps = own.flatMap((step, index) => {
    if (index === at) return [gateStep(held, name, hold)];
    return replaced.includes(index) ? [] : [step];
  });
  return withGateVolume({ ...spec, ...(results && { results }), steps }, gate);
}

function plain({ value: _, ...result }: ResultSpec): ResultSpec {
  return result as ResultSpec;
}

/** Where one step asks for a workspace by itself, only those that ask get it: so must ours. */
function mountsOf(step: Step, { scope }: Destination): Partial<Step> {
  if (scope.kind === "volume") {
    return { volumeMounts: step.volumeMounts?.filter(({ name }) => name === scope.name) };
  }
  const asked = step.workspaces?.find(({ name }) => name === scope.name);
  return asked === undefined ? {} : { workspaces: [asked] };
}
