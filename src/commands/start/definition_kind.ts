/** The two kinds of definitions that start a run, Pipeline and Task, and how they differ. */
import type { ObjectMeta, Resource } from "../../kube/interface.ts";
import {
  holdPipeline,
  holdTask,
  type HoldWithUpload,
  pipelineOf,
  taskOf,
} from "../../resolve/resolve_held_run.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { ReadPipeline } from "../../tekton/inline/inline_pipeline.ts";
import type { ReadTask } from "../../tekton/inline/inline_task.ts";
import type { HeldRun } from "../../tekton/breakpoint/hold_run.ts";
import {
  type ParamSpec,
  type PipelineRun,
  PIPELINES,
  type PipelineTask,
  type PipelineWorkspace,
  type RunKind,
  type TaskRun,
  TASKS,
} from "../../tekton/model.ts";
import { newPipelineRun, type NewRun, newTaskRun } from "../../tekton/new_run.ts";

/** A Pipeline or a Task. One that a run has inline has no metadata. */
export interface Definition {
  readonly metadata?: ObjectMeta;
  readonly spec: {
    readonly params?: ParamSpec[];
    readonly workspaces?: PipelineWorkspace[];
    /** The tasks of a Pipeline. */
    readonly tasks?: PipelineTask[];
    readonly finally?: PipelineTask[];
  };
}

export interface DefinitionKind<D extends Definition, R extends PipelineRun | TaskRun> {
  /** As in messages. */
  readonly kind: "Pipeline" | "Task";
  /** As on the command line. */
  readonly noun: "pipeline" | "task";
  readonly resource: Resource;
  readonly runKind: RunKind;
  newRun(options: NewRun): R;
  /** Reads the definition that a run has inline or refers to. Throws ClusterError. */
  definitionOf(context: ResolveContext, run: R): Promise<D>;
  /** Makes the run hold at the upload and at the breakpoints. Throws UsageError. */
  hold(
    resolving: ResolveContext,
    run: R,
    definition: D,
    breakpoints: Breakpoints,
    options: HoldWithUpload,
  ): Promise<HeldRun<R>>;
}

export const PIPELINE: DefinitionKind<ReadPipeline, PipelineRun> = {
  kind: "Pipeline",
  noun: "pipeline",
  resource: PIPELINES,
  runKind: "PipelineRun",
  newRun: newPipelineRun,
  definitionOf: pipelineOf,
  hold: holdPipeline,
};

export const TASK: DefinitionKind<ReadTask, TaskRun> = {
  kind: "Task",
  noun: "task",
  resource: TASKS,
  runKind: "TaskRun",
  newRun: newTaskRun,
  definitionOf: taskOf,
  hold: holdTask,
};
