/** Finds the results of a held step, and those that are missing without its work. Pure. */
import type { TaskSpec } from "../model.ts";
import { namesResult } from "../source/replaced_results.ts";
import { stepName } from "../target.ts";

/** A result of the step itself begins with this in the names of the step's scripts. */
const OF_STEP = "step:";

/**
 * Returns the names of the Task's results that this step is the last to name (in a script, command
 * or variable), and in the last step also those that no step names: a program writes them. Results
 * of the step itself follow, as `step:NAME`, if Tekton reads them.
 *
 * A later step that names a result may write it, so that it is not missing yet.
 */
export function resultsOfStep(spec: TaskSpec, at: number): string[] {
  const { steps = [], results = [] } = spec;
  const isLast = at === steps.length - 1;
  const own = results.filter(({ name, value }) => {
    if (value !== undefined) return false;
    const last = steps.findLastIndex((step) => namesResult([step], name));
    return last === at || last < 0 && isLast;
  });
  const step = steps[at];
  const readers = JSON.stringify([steps.slice(at + 1), results]);
  const read = (step.results ?? []).filter(({ name }) =>
    readers.includes(`$(steps.${stepName(step, at)}.results.${name})`)
  );
  return [...own.map(({ name }) => name), ...read.map(({ name }) => `${OF_STEP}${name}`)];
}

/** Returns the names of all results that the Task and, as `step:NAME`, the step declare. */
export function declaredResults({ steps = [], results = [] }: TaskSpec, at: number): string[] {
  const own = steps[at].results ?? [];
  return [...results.map(({ name }) => name), ...own.map(({ name }) => `${OF_STEP}${name}`)];
}
