/**
 * Lowers an upload into one task of a Pipeline to an ordinary PipelineRun. Where the upload stands in for the whole
 * task, that is reduced to one step, the gate: so little is kept of it that little could change its meaning, where and as
 * whom its step runs, the workspace, the results. Else a gate stands for some of its steps, or before them. Everything
 * else is the Pipeline's own, word by word.
 */
import { bareStep, gateStep, withGateVolume } from "./gate_step.ts";
import type { ReadTask } from "../inline/inline_task.ts";
import type { Named } from "../../kube/interface.ts";
import type {
  Param,
  ParamSpec,
  Pipeline,
  PipelineRun,
  PipelineTask,
  TaskSpec,
  WorkspaceBinding,
} from "../model.ts";
import { newPipelineRun } from "../new_run.ts";
import {
  buildPipelineRun,
  type ChangedTask,
  notRetried,
  type RunManifest,
} from "../run_manifest.ts";
import { usedParams } from "../references.ts";
import { type Replacement, replaceSteps } from "./replace_steps.ts";
import { dependencies, stepName } from "../target.ts";
import { type Clocks, raiseRunTimeouts, withRaisedTimeout } from "../timeouts.ts";

export interface PipelineUpload extends Replacement {
  readonly pipeline: Named<Pipeline>;
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  /** Of the run. */
  readonly labels?: Record<string, string>;
  readonly serviceAccount?: string;
  /** Of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export function lowerPipeline(upload: PipelineUpload): RunManifest<PipelineRun> {
  const { pipeline } = upload;
  const run = newPipelineRun({ ...upload, name: pipeline.metadata.name });
  const raised = raiseRunTimeouts(run, pipeline.spec, [upload.target.name], clocksOf(upload));
  return buildPipelineRun(raised, pipeline, [isWhole(upload) ? reduce(upload) : replace(upload)]);
}

/** No step of the task is left, and the upload goes to where other tasks find it. */
function isWhole({ task, standIn, destination }: PipelineUpload): boolean {
  return standIn.replaced.length === task.spec.steps?.length &&
    destination.scope.kind === "workspace";
}

function replace(upload: PipelineUpload): ChangedTask {
  const { target, task } = notRetried(upload);
  return {
    target: withRaisedTimeout(target, 1, clocksOf(upload)),
    task: { ...task, spec: replaceSteps(task.spec, upload) },
  };
}

/** The target with a Task of one step, the gate, and what of its params and workspaces that needs. */
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
    // Params that went away may have been what ordered this task after others.
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

/** The params that the spec refers to, and those that their defaults refer to. */
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

/** A finally task can't run after anything. */
function runAfter({ target, pipeline }: PipelineUpload): string[] | undefined {
  const inFinally = pipeline.spec.finally?.some((task) => task.name === target.name);
  return inFinally ? undefined : dependencies(target);
}

/** The Task as one step, the gate, with the workspace and the results. */
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
