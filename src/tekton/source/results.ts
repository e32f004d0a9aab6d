/** Which of a Task's results its steps write. Pure. */
import type { ResultSpec, Step, TaskSpec } from "../model.ts";
import { mapStrings } from "../references.ts";
import { stepName } from "../target.ts";
import { keptSteps, type StandIn } from "./replaced_steps.ts";

/**
 * The results that the replaced steps would have written: those that they name, and those that no other step does.
 * Of one that Tekton makes of a kept step's, that step takes care.
 */
export function replacedResults(spec: TaskSpec, standIn: StandIn): ResultSpec[] {
  const { steps = [], results = [] } = spec;
  const { replaced } = standIn;
  const gone = replaced.map((at) => steps[at]);
  const kept = keptSteps(spec, standIn);
  const names = replaced.map((at) => stepName(steps[at], at));
  return results.filter((result) => {
    if (result.value !== undefined) return isOfSteps(result, names);
    return namesResult(gone, result.name) || !namesResult(kept, result.name);
  });
}

/** The results of the step in whose place the gate stands that the steps which are still run refer to. */
export function replacedStepResults(spec: TaskSpec, standIn: StandIn): ResultSpec[] {
  const { steps = [] } = spec;
  const { replaced, at } = standIn;
  const kept = JSON.stringify(keptSteps(spec, standIn));
  const declared = replaced.includes(at) ? steps[at].results ?? [] : [];
  return declared.filter(({ name }) =>
    kept.includes(`$(steps.${stepName(steps[at], at)}.results.${name}`)
  );
}

/** Whether the text of one of these steps says where the result is written. */
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

/** Tekton would make it of a result of one of these steps. */
export function isOfSteps({ value }: ResultSpec, steps: readonly string[]): boolean {
  return steps.some((step) => JSON.stringify(value ?? "").includes(`$(steps.${step}.results.`));
}
