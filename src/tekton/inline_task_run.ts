/**
 * A TaskRun with its Task's spec inline and the meaning that it had by reference. Pure. Here the
 * params are the same either way; what changes is the Task's name, and where labels come from.
 */
import { ownAnnotations } from "./inline_task.ts";
import type { Task, TaskRun } from "./model.ts";
import { LABEL } from "./model.ts";
import { replaceVariable } from "./references.ts";

/** `run` is one by reference, or what there is of it; its own labels win over the Task's. */
export function inlineTaskRun(run: TaskRun, task: Task): TaskRun {
  const name = task.metadata.name!;
  const { taskRef: _, ...kept } = run.spec;
  return {
    ...run,
    metadata: {
      ...run.metadata,
      labels: { ...task.metadata.labels, ...run.metadata.labels, [LABEL.task]: name },
      annotations: { ...ownAnnotations(task.metadata.annotations), ...run.metadata.annotations },
    },
    spec: { ...kept, taskSpec: replaceVariable(task.spec, "context.task.name", name) },
  };
}
