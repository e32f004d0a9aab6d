/** Finds the results that a Task's replaced steps would have written. Pure. */
import type { ResultSpec, Step, TaskSpec } from "../model.ts";
import { mapStrings } from "../references.ts";
import { stepName } from "../target.ts";
import { keptSteps, type StandIn } from "./replaced_steps.ts";

/**
 * Returns the Task's results that the replaced steps name, and those that no step names. A result
 * that Tekton builds from a kept step's result is that step's.
 */
export function replacedResults(spec: TaskSpec, standIn: StandIn): ResultSpec[] {
  const { steps = [], results = [] } = spec;
  const { replaced } = standIn;
  const gone = replaced.map((at) => steps[at]);
  const kept = keptSteps(spec, standIn);
  const names = replaced.map((at) => stepName(steps[at], at));
  return results.filter((result) => {
    if (result.value !== undefined) return isBuiltFromSteps(result, names);
    return namesResult(gone, result.name) || !namesResult(kept, result.name);
  });
}

/** Returns the results of the gate's step to which kept steps refer. */
export function replacedStepResults(spec: TaskSpec, standIn: StandIn): ResultSpec[] {
  const { steps = [] } = spec;
  const { replaced, at } = standIn;
  const kept = JSON.stringify(keptSteps(spec, standIn));
  const declared = replaced.includes(at) ? steps[at].results ?? [] : [];
  return declared.filter(({ name }) =>
    kept.includes(`$(steps.${stepName(steps[at], at)}.results.${name}`)
  );
}

/** Whether the text of one of the steps names the result's file. */
export function namesResult(steps: readonly Step[], name: string): boolean {
  let found = false;
  const variables = [`results.${name}.path`, `results["${name}"]`, `results['${name}']`];
  mapStrings(steps, (text) => {
    found ||= variables.some((one) => text.includes(`$(${one}`)) ||
      text.split(/[^\w./-]/).includes(`/tekton/results/${name}`);
    return text;
  });
  return found;
}

/** Whether Tekton builds the result from a result of one of the steps. */
export function isBuiltFromSteps({ value }: ResultSpec, steps: readonly string[]): boolean {
  return steps.some((step) => JSON.stringify(value ?? "").includes(`$(steps.${step}.results.`));
}
