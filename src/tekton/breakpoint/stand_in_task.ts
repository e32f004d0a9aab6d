/**
 * Makes a Pipeline's task take an upload, which stands in for steps or comes on top of a clone. If
 * it replaces the whole task, the task keeps one step, the gate, with the user and image it runs
 * as, the workspace and the results: the less is kept, the less can change its meaning. Otherwise a
 * gate replaces some steps, or comes before the first. Pure.
 */
import { bareStep, gateStep, withGateVolume } from "./gate_step.ts";
import type { ParamSpec, PipelineSpec, PipelineTask, TaskSpec } from "../model.ts";
import type { ChangedTask } from "../run_manifest.ts";
import { usedParams } from "../references.ts";
import { type OwnClone, withParam } from "../source/own_clone.ts";
import { holdClone } from "./hold_clone.ts";
import { type Replacement, replaceSteps } from "./replace_steps.ts";
import { dependencies, stepName } from "../target.ts";

export interface TaskUpload extends Replacement, ChangedTask {
  readonly pipeline: { readonly spec: PipelineSpec };
}

/** Takes a task without retries. The task's timeout goes if the whole task is replaced. */
export function standInTask(upload: TaskUpload): ChangedTask {
  if (upload.ownClone !== undefined) return keep(upload, upload.ownClone);
  return isWhole(upload) ? reduce(upload) : {
    target: upload.target,
    task: { ...upload.task, spec: replaceSteps(upload.task.spec, upload) },
  };
}

/** Whether no step of the task is left, and other tasks find the upload in a workspace. */
function isWhole({ task, standIn, destination }: TaskUpload): boolean {
  return standIn.replaced.length === task.spec.steps?.length &&
    destination.scope.kind === "workspace";
}

/** Returns the task with all its steps, at the commit of the clone. */
function keep(upload: TaskUpload, ownClone: OwnClone): ChangedTask {
  const { target, task } = upload;
  return {
    target: { ...target, params: withParam(target.params ?? [], ownClone.revision) },
    task: { ...task, spec: holdClone(task.spec, { ...upload, ownClone }) },
  };
}

/** Returns the task with the gate as its only step, and the params and workspace that it needs. */
function reduce(upload: TaskUpload): ChangedTask {
  const { task } = upload;
  const { timeout: _, ...target } = upload.target;
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
  return { target: reduced as PipelineTask, task: { ...task, spec } };
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
function runAfter({ target, pipeline }: TaskUpload): string[] | undefined {
  const inFinally = pipeline.spec.finally?.some((task) => task.name === target.name);
  return inFinally ? undefined : dependencies(target);
}

/** Returns a Task with the gate as its only step, the workspace and the results. */
function bareTask({ task, standIn, destination, image, gate }: TaskUpload): TaskSpec {
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
