/** The two kinds of definitions that start a run, Pipeline and Task, and how they differ. */
import type { KubeObject, Resource } from "../../kube/interface.ts";
import { holdPipeline, holdTask } from "../../resolve/resolve_held_run.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { HeldRun, HoldOptions } from "../../tekton/breakpoint/hold_run.ts";
import {
  type ParamSpec,
  type Pipeline,
  type PipelineRun,
  PIPELINES,
  type PipelineWorkspace,
  type RunKind,
  type Task,
  type TaskRun,
  TASKS,
} from "../../tekton/model.ts";
import { newPipelineRun, type NewRun, newTaskRun } from "../../tekton/new_run.ts";

/** A Pipeline or a Task. */
export interface Definition extends KubeObject {
  readonly spec: {
    readonly params?: ParamSpec[];
    readonly workspaces?: PipelineWorkspace[];
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
  /** Makes the run hold at the breakpoints. Throws UsageError. */
  hold(
    resolving: ResolveContext,
    run: R,
    definition: D,
    breakpoints: Breakpoints,
    options: HoldOptions,
  ): Promise<HeldRun<R>>;
}

export const PIPELINE: DefinitionKind<Pipeline, PipelineRun> = {
  kind: "Pipeline",
  noun: "pipeline",
  resource: PIPELINES,
  runKind: "PipelineRun",
  newRun: newPipelineRun,
  hold: holdPipeline,
};

export const TASK: DefinitionKind<Task, TaskRun> = {
  kind: "Task",
  noun: "task",
  resource: TASKS,
  runKind: "TaskRun",
  newRun: newTaskRun,
  hold: holdTask,
};
