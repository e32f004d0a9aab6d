/** The work of a run that does not wait for its upload. Pure. */
import type { PipelineSpec, TaskSpec } from "../model.ts";
import { dependencies, stepName } from "../target.ts";
import type { StandIn } from "./replaced_steps.ts";

/** Returns the tasks that run before the target or beside it, as `task lint`. */
export function earlyTasks({ tasks = [], finally: last = [] }: PipelineSpec, target: string) {
  if (last.some(({ name }) => name === target)) return tasks.map(({ name }) => `task ${name}`);
  const later = new Set([target]);
  for (let count = 0; count !== later.size;) {
    count = later.size;
    for (const task of tasks) {
      if (dependencies(task).some((name) => later.has(name))) later.add(task.name);
    }
  }
  return tasks.filter(({ name }) => !later.has(name)).map(({ name }) => `task ${name}`);
}

/** Returns the steps before the upload, as `step prepare`. */
export function earlySteps({ steps = [] }: TaskSpec, { replaced, at }: StandIn): string[] {
  if (replaced.length === 0) return []; // the upload comes before the first step
  return steps.flatMap((step, index) =>
    index < at && !replaced.includes(index) ? [`step ${stepName(step, index)}`] : []
  );
}
