/** Lowers a new run that holds at an upload and nowhere else. */
import { holdPipelineRun, holdTaskRun } from "../../src/tekton/breakpoint/hold_run.ts";
import type { Replacement } from "../../src/tekton/breakpoint/replace_steps.ts";
import type { ReadPipeline } from "../../src/tekton/inline/inline_pipeline.ts";
import type { ReadTask } from "../../src/tekton/inline/inline_task.ts";
import type { PipelineRun, PipelineTask, TaskRun } from "../../src/tekton/model.ts";
import { newPipelineRun, type NewRun, newTaskRun } from "../../src/tekton/new_run.ts";
import type { ChangedTask, RunManifest } from "../../src/tekton/run_manifest.ts";

interface Upload extends Replacement, Omit<NewRun, "name"> {
  /** Default: that of the definition. */
  readonly name?: string;
  readonly task: ReadTask;
  readonly defaultTimeout?: string;
}

export interface PipelineUpload extends Upload {
  readonly pipeline: ReadPipeline;
  readonly target: PipelineTask;
  readonly others?: readonly ChangedTask[];
  readonly leavesOut?: boolean;
}

export function lowerPipeline(upload: PipelineUpload): RunManifest<PipelineRun> {
  const { pipeline, target, task, name = pipeline.metadata?.name ?? "" } = upload;
  const run = newPipelineRun({ ...upload, name });
  return holdPipelineRun(run, pipeline, [{ target, task, steps: [], upload }], upload).runManifest;
}

export type TaskUpload = Upload;

export function lowerTask(upload: TaskUpload): RunManifest<TaskRun> {
  const { task, name = task.metadata?.name ?? "" } = upload;
  const run = newTaskRun({ ...upload, name });
  return holdTaskRun(run, task, { steps: [], upload }, upload).runManifest;
}
