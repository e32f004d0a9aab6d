/** Finds the task of a Pipeline that fetches the source: by its name, or by reading its Task. */
import { ExpectedError } from "../errors.ts";
import type { ReadTask } from "../tekton/inline/inline_task.ts";
import type { Param, PipelineSpec, PipelineTask } from "../tekton/model.ts";
import {
  chooseTask,
  type ChosenTask,
  evidenceOf,
  likelyClones,
} from "../tekton/source/choose_task.ts";
import { withKnownParams } from "../tekton/source/known_params.ts";
import { checkHoldable, findTask } from "../tekton/target.ts";

export interface SourceTask extends ChosenTask {
  readonly found: ReadTask;
}

/**
 * Returns the task that the upload replaces. `resolve` and `resolveWithoutProbe` read the Task of a
 * task, the latter without a probe run. Throws like both, and UsageError if no task, or more than
 * one, fits.
 */
export async function findSourceTask(
  owner: string,
  spec: PipelineSpec,
  { taskName, resolve, resolveWithoutProbe, paramsOf }: {
    taskName?: string;
    resolve: (task: PipelineTask) => Promise<ReadTask>;
    resolveWithoutProbe: (task: PipelineTask) => Promise<ReadTask>;
    /** Returns the known params that the Pipeline gives the task. */
    paramsOf: (task: PipelineTask) => Param[];
  },
): Promise<SourceTask> {
  if (taskName !== undefined) {
    const task = findTask(owner, spec, taskName);
    checkHoldable(owner, task);
    const found = await resolve(task);
    return { task, found, evidence: evidenceOf(task, found.spec), others: [] };
  }
  const read = new Map<string, ReadTask>();
  await Promise.all(
    likelyClones(spec).map(async (task) => {
      try {
        read.set(task.name, await resolveWithoutProbe(task));
      } catch (error) {
        // If this task is chosen by its name, it is read again, and that error is thrown.
        if (!(error instanceof ExpectedError)) throw error;
      }
    }),
  );
  const chosen = chooseTask(owner, spec, (task) => {
    const found = read.get(task.name);
    return found && withKnownParams(found.spec, paramsOf(task));
  });
  checkHoldable(owner, chosen.task);
  return { ...chosen, found: read.get(chosen.task.name) ?? await resolve(chosen.task) };
}
