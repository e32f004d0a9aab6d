/**
 * Adds gates to the steps of a Task that are to be held. A gate wraps the step's work if the step
 * has a script or a command; otherwise a waiting step comes before it. Pure.
 */
import type { GateMode } from "../../step/gate_script.ts";
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import { holdBefore } from "./hold_before.ts";
import type { NamedStep, Step, TaskSpec } from "../model.ts";
import { stepName } from "../target.ts";
import { declaredResults, resultsOfStep } from "./step_results.ts";

/** One of a Task's steps that is to be held. */
export interface StepToHold {
  /** The step's index in the Task, before an upload replaces steps. */
  readonly index: number;
  readonly mode: GateMode;
  /**
   * Whether the user asked for all steps rather than for this one. Such a step is held without a
   * shell if its image may lack one.
   */
  readonly isOneOfAll?: boolean;
}

/** A step at which the run will hold. */
export interface HeldStep {
  readonly task?: string;
  /** The step that holds. */
  readonly step: string;
  /** The step whose work is held: the same step, or the next one. */
  readonly targetStep: string;
  readonly mode: GateMode;
}

export interface HoldStepsOptions {
  readonly gate: Gate;
  /** Hold every step by a waiting step before it: the images have no shell. */
  readonly withoutShell?: boolean;
  /** The step that takes an upload: its gate brings the scripts for the steps after it. */
  readonly uploadStep?: string;
}

/** A step to hold, by its name. */
export type NamedPlace = Omit<StepToHold, "index"> & { readonly name: string };

/** Returns the places by the names of their steps, which stay when an upload replaces others. */
export function namedPlaces({ steps = [] }: TaskSpec, places: readonly StepToHold[]): NamedPlace[] {
  return places.map(({ index, ...place }) => ({ ...place, name: stepName(steps[index], index) }));
}

export function holdSteps<T extends TaskSpec>(
  given: T,
  places: readonly NamedPlace[],
  options: HoldStepsOptions,
): { spec: T; held: HeldStep[] } {
  if (places.length === 0) return { spec: given, held: [] };
  const spec = preparedForGate(given);
  const own: NamedStep[] = spec.steps;
  const names = own.map((step) => step.name);
  const held: HeldStep[] = [];
  const volumes = new Set<Gate>();
  let isCarried = false;
  const steps = own.flatMap((step, at) => {
    const place = places.find(({ name }) => name === step.name);
    if (place === undefined) {
      isCarried ||= step.name === options.uploadStep;
      return [step];
    }
    const { mode } = place;
    if (isHeldBefore(step, place, options)) {
      // The files in the gate's directory tell a waiting step what to do: each step needs its own.
      const gate = { ...options.gate, volume: `${options.gate.volume}-${at}` };
      volumes.add(gate);
      const swapped = holdBefore(step, names, gate);
      held.push({ step: swapped[0].name, targetStep: step.name, mode });
      return swapped;
    }
    const { gate } = options;
    volumes.add(gate);
    held.push({ step: step.name, targetStep: step.name, mode });
    const hold = {
      gate,
      mode,
      carries: !isCarried,
      results: resultsOfStep(spec, at),
      declared: declaredResults(spec, at),
      template: given.stepTemplate,
    };
    isCarried ||= isSure(step);
    return [holdingStep(step, step.name, hold)];
  });
  return { spec: [...volumes].reduce(withGateVolume, { ...given, ...spec, steps }), held };
}

/** Whether the step runs whenever a later step runs. */
function isSure({ when = [] }: Step): boolean {
  return when.length === 0;
}

function isHeldBefore(
  step: Step,
  { isOneOfAll = false }: NamedPlace,
  { withoutShell = false }: HoldStepsOptions,
): boolean {
  return withoutShell || !isWorkKnown(step) || isOneOfAll && !hasShell(step);
}

/** Whether the spec says the step's work; otherwise only the image does, by its entrypoint. */
function isWorkKnown({ command = [], script = "" }: Step): boolean {
  return command.length > 0 || script !== "";
}

/** Whether the image surely has a shell, because the step's own work runs in one. */
export function hasShell({ command = [], script = "" }: Step): boolean {
  const words = script === ""
    ? command
    : (/^\s*#!(.*)/.exec(script)?.[1] ?? "sh").trim().split(" ");
  const program = /(^|\/)env$/.test(words[0]) ? words[1] ?? "" : words[0];
  return /(^|\/)(a|ba|da|k|mk|z)?sh$/.test(program);
}
