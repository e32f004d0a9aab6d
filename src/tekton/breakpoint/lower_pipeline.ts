/**
 * Lowers an upload into one task of a Pipeline to an ordinary PipelineRun. If the upload replaces
 * the whole task, the task keeps one step, the gate, with the user and image it runs as, the
 * workspace and the results: the less is kept, the less can change its meaning. Otherwise a gate
 * replaces some steps, or comes before the first. The rest of the Pipeline stays verbatim.
 */
import { bareStep, gateStep, withGateVolume } from "./gate_step.ts";
import type { ReadTask } from "../inline/inline_task.ts";
import type { ReadPipeline } from "../inline/inline_pipeline.ts";
import type { ParamSpec, PipelineRun, PipelineTask, TaskSpec } from "../model.ts";
import { newPipelineRun, type NewRun } from "../new_run.ts";
import {
  buildPipelineRun,
  type ChangedTask,
  notRetried,
  type RunManifest,
} from "../run_manifest.ts";
import { usedParams } from "../references.ts";
import { type OwnClone, withParam } from "../source/own_clone.ts";
import { holdClone } from "./hold_clone.ts";
import { type Replacement, replaceSteps } from "./replace_steps.ts";
import { dependencies, stepName } from "../target.ts";
import { unusedWorkspaces, withoutWorkspaces } from "../unused_workspaces.ts";
import { type Clocks, raiseRunTimeouts, withRaisedTimeout } from "../timeouts.ts";

export interface PipelineUpload extends Replacement, Omit<NewRun, "name"> {
  /** Default: that of the definition. */
  readonly name?: string;
  readonly pipeline: ReadPipeline;
  readonly target: PipelineTask;
  readonly task: ReadTask;
  /** Other tasks, with Tasks that the cluster does not have. */
  readonly others?: readonly ChangedTask[];
  /** Whether the run loses the workspaces that only the replaced steps need. */
  readonly leavesOut?: boolean;
  /** The timeout of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export function lowerPipeline(upload: PipelineUpload): RunManifest<PipelineRun> {
  const { pipeline, ownClone } = upload;
  const run = newPipelineRun({ ...upload, name: upload.name ?? pipeline.metadata?.name ?? "" });
  const raised = raiseRunTimeouts(run, pipeline.spec, [upload.target.name], clocksOf(upload));
  const changed = ownClone !== undefined
    ? keep(upload, ownClone)
    : isWhole(upload)
    ? reduce(upload)
    : replace(upload);
  const leavesOut = upload.leavesOut && ownClone === undefined;
  const unused = leavesOut ? unusedWorkspaces(pipeline, upload.target, changed.target) : [];
  const left = withoutWorkspaces(pipeline, raised, unused);
  return buildPipelineRun(left.run, left.pipeline, [changed, ...upload.others ?? []]);
}

/** Whether no step of the task is left, and other tasks find the upload in a workspace. */
function isWhole({ task, standIn, destination }: PipelineUpload): boolean {
  return standIn.replaced.length === task.spec.steps?.length &&
    destination.scope.kind === "workspace";
}

/** Returns the task with all its steps, at the commit of the clone. */
function keep(upload: PipelineUpload, ownClone: OwnClone): ChangedTask {
  const { target, task } = notRetried(upload);
  const params = withParam(target.params ?? [], ownClone.revision);
  return {
    target: withRaisedTimeout({ ...target, params }, 1, clocksOf(upload)),
    task: { ...task, spec: holdClone(task.spec, { ...upload, ownClone }) },
  };
}

function replace(upload: PipelineUpload): ChangedTask {
  const { target, task } = notRetried(upload);
  return {
    target: withRaisedTimeout(target, 1, clocksOf(upload)),
    task: { ...task, spec: replaceSteps(task.spec, upload) },
  };
}

/** Returns the task with the gate as its only step, and the params and workspace that it needs. */
function reduce(upload: PipelineUpload): ChangedTask {
  const { task } = upload;
  const { target: { timeout: _, ...target } } = notRetried(upload);
  const bare = bareTask(upload);
  const declared = task.spec.params ?? [];
  const used = neededParams(bare, declared);
  const isUsed = ({ name }: { name: string }) => used.includes(name);
  const spec = { ...bare, params: declared.filter(isUsed) };
  const reduced = {
    ...target,
    params: (target.params ?? []).filter(isUsed),
    workspaces: (target.workspaces ?? []).filter(({ name }) =>
      name === upload.destination.scope.name
    ),
    // Removed params may have referred to other tasks' results and so ordered this task after them.
    runAfter: runAfter(upload),
  };
  return {
    target: withRaisedTimeout(reduced as PipelineTask, 1, clocksOf(upload)),
    task: { ...task, spec },
  };
}

function clocksOf({ gate, defaultTimeout }: PipelineUpload): Clocks {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** Returns the params that the spec refers to, and those that the params' defaults refer to. */
function neededParams(spec: TaskSpec, declared: ParamSpec[]): string[] {
  const names = declared.map((param) => param.name);
  let needed = usedParams(spec, names);
  for (let count = -1; count !== needed.length;) {
    count = needed.length;
    const defaults = declared.filter((param) => needed.includes(param.name))
      .map((param) => param.default);
    needed = usedParams([spec, defaults], names);
  }
  return needed;
}

/** Returns undefined for a finally task, which takes no runAfter. */
function runAfter({ target, pipeline }: PipelineUpload): string[] | undefined {
  const inFinally = pipeline.spec.finally?.some((task) => task.name === target.name);
  return inFinally ? undefined : dependencies(target);
}

/** Returns a Task with the gate as its only step, the workspace and the results. */
function bareTask({ task, standIn, destination, image, gate }: PipelineUpload): TaskSpec {
  const step = task.spec.steps![standIn.at];
  const template = bareStep(task.spec.stepTemplate ?? {});
  return withGateVolume({
    workspaces: (task.spec.workspaces ?? []).filter(({ name }) => name === destination.scope.name),
    results: task.spec.results?.map(({ value: _, ...result }) => result),
    ...(Object.keys(template).length === 0 ? {} : { stepTemplate: template }),
    steps: [
      gateStep(bareStep(step), stepName(step, standIn.at), { place: destination, image, gate }),
    ],
  }, gate);
}
