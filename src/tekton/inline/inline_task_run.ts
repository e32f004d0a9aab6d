/**
 * Puts a Task's spec inline into its TaskRun without changing its meaning. Pure. Only the Task's
 * name and the source of the labels differ from a reference; params are the same.
 */
import { ownAnnotations, type ReadTask } from "./inline_task.ts";
import type { TaskRun } from "../model.ts";
import { replaceVariable } from "../references.ts";
import { readingOwnLabel, TASK_NAME, withoutTaskLabels } from "../task_name.ts";

/**
 * Returns the run with the Task's spec inline. The run's own labels win over the Task's. A Task
 * without metadata was inline before.
 */
export function inlineTaskRun(run: TaskRun, { metadata, spec }: ReadTask): TaskRun {
  if (metadata === undefined) return { ...run, spec: { ...run.spec, taskSpec: spec } };
  const name = metadata.name ?? ""; // a Task from a resolver may lack one
  const { taskRef: _, ...kept } = run.spec;
  return {
    ...run,
    metadata: {
      ...run.metadata,
      labels: {
        ...withoutTaskLabels({ ...metadata.labels, ...run.metadata.labels }),
        [TASK_NAME]: name,
      },
      annotations: { ...ownAnnotations(metadata.annotations), ...run.metadata.annotations },
    },
    spec: { ...kept, taskSpec: readingOwnLabel(replaceVariable(spec, "context.task.name", name)) },
  };
}
