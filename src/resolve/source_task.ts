/** Finds the task of a Pipeline that fetches the source, by its name or by reading the Tasks that may. */
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
 * `resolve` reads a task's Task, `look` does so where nothing may be started for it. Throws as they do, and UsageError
 * where no task, or more than one, can be meant.
 */
export async function findSourceTask(
  owner: string,
  spec: PipelineSpec,
  { asked, resolve, look, paramsOf }: {
    asked?: string;
    resolve: (task: PipelineTask) => Promise<ReadTask>;
    look: (task: PipelineTask) => Promise<ReadTask>;
    /** What the Pipeline's task is given, as far as it is known. */
    paramsOf: (task: PipelineTask) => Param[];
  },
): Promise<SourceTask> {
  if (asked !== undefined) {
    const task = findTask(owner, spec, asked);
    checkHoldable(owner, task);
    const found = await resolve(task);
    return { task, found, evidence: evidenceOf(task, found.spec), others: [] };
  }
  const read = new Map<string, ReadTask>();
  await Promise.all(
    likelyClones(spec).map(async (task) => {
      try {
        read.set(task.name, await look(task));
      } catch (error) {
        // One that is chosen by its name is read once more, and then that is the error.
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
