/** Lowers an upload into a Task to an ordinary TaskRun, with a gate that takes the upload. Pure. */
import type { Named } from "../../kube/interface.ts";
import type { Param, Task, TaskRun, WorkspaceBinding } from "../model.ts";
import { newTaskRun } from "../new_run.ts";
import { buildTaskRun, type RunManifest } from "../run_manifest.ts";
import { type Replacement, replaceSteps } from "./replace_steps.ts";
import { withRaisedTimeout } from "../timeouts.ts";

export interface TaskUpload extends Replacement {
  readonly task: Named<Task>;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  /** The run's labels. */
  readonly labels?: Record<string, string>;
  readonly serviceAccount?: string;
  /** The timeout of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export function lowerTask(upload: TaskUpload): RunManifest<TaskRun> {
  const { task, gate, defaultTimeout } = upload;
  const run = newTaskRun({ ...upload, name: task.metadata.name });
  const clocks = { pauseSeconds: gate.pauseSeconds, defaultTimeout };
  const raised = { ...run, spec: withRaisedTimeout(run.spec, 1, clocks) };
  return buildTaskRun(raised, { ...task, spec: replaceSteps(task.spec, upload) });
}
