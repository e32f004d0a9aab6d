/**
 * A TaskRun with its Task's spec inline and the meaning that it had by reference. Pure. Here the
 * params are the same either way; what changes is the Task's name, and where labels come from.
 */
import { ownAnnotations, type ReadTask } from "./inline_task.ts";
import type { TaskRun } from "../model.ts";
import { replaceVariable } from "../references.ts";
import { readingOwnLabel, TASK_NAME, withoutTaskLabels } from "../task_name.ts";

/**
 * `run` is one by reference, or what there is of it; its own labels win over the Task's. A Task
 * without metadata was inline before.
 */
export function inlineTaskRun(run: TaskRun, { metadata, spec }: ReadTask): TaskRun {
  if (metadata === undefined) return { ...run, spec: { ...run.spec, taskSpec: spec } };
  const name = metadata.name ?? ""; // from a resolver it need not have one
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
