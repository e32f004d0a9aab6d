/** Lowers an upload into a Task to an ordinary TaskRun, with a gate that takes the upload. Pure. */
import type { ReadTask } from "../inline/inline_task.ts";
import type { TaskRun } from "../model.ts";
import { type NewRun, newTaskRun } from "../new_run.ts";
import { buildTaskRun, type RunManifest } from "../run_manifest.ts";
import { withParam } from "../source/own_clone.ts";
import { holdClone } from "./hold_clone.ts";
import { type Replacement, replaceSteps } from "./replace_steps.ts";
import { withRaisedTimeout } from "../timeouts.ts";

export interface TaskUpload extends Replacement, Omit<NewRun, "name"> {
  /** Default: that of the definition. */
  readonly name?: string;
  readonly task: ReadTask;
  /** The timeout of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export function lowerTask(upload: TaskUpload): RunManifest<TaskRun> {
  const { task, gate, defaultTimeout, ownClone } = upload;
  const run = newTaskRun({ ...upload, name: upload.name ?? task.metadata?.name ?? "" });
  const clocks = { pauseSeconds: gate.pauseSeconds, defaultTimeout };
  const { retries: _, ...once } = run.spec; // each retry would pause again
  const raised = { ...run, spec: withRaisedTimeout(once, 1, clocks) };
  if (ownClone !== undefined) {
    const params = withParam(raised.spec.params ?? [], ownClone.revision);
    const spec = holdClone(task.spec, { ...upload, ownClone });
    return buildTaskRun({ ...raised, spec: { ...raised.spec, params } }, { ...task, spec });
  }
  return buildTaskRun(raised, { ...task, spec: replaceSteps(task.spec, upload) });
}
