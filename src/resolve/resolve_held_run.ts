/**
 * Resolves what a run refers to, and turns the run into one that holds: for an upload, which stands
 * in for steps, and at breakpoints.
 */
import { ExpectedError } from "../errors.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import {
  type HeldRun,
  type HoldOptions,
  holdPipelineRun,
  holdTaskRun,
  type StandInUpload,
  type TaskToHold,
} from "../tekton/breakpoint/hold_run.ts";
import { hasShell, type StepToHold } from "../tekton/breakpoint/hold_steps.ts";
import type { ReadTask } from "../tekton/inline/inline_task.ts";
import type { PipelineRun, PipelineTask, Run, TaskRun, TaskSpec } from "../tekton/model.ts";
import type { ReadPipeline } from "../tekton/inline/inline_pipeline.ts";
import { checkHoldable, chooseStep, findTask, stepName } from "../tekton/target.ts";
import {
  effectiveParams,
  fillParams,
  pipelineVariables,
  type RunFacts,
  variablesOf,
} from "../tekton/variables.ts";
import { localTasks } from "./local_tasks.ts";
import { type ResolveContext, resolvePipeline, resolveTask, withStepActions } from "./resolve.ts";

/** An upload into a run, and its place there. */
export interface UploadPlace extends Omit<StandInUpload, "isHeld"> {
  /** The Pipeline's task; undefined in a TaskRun. */
  readonly target?: PipelineTask;
  /** Its Task, with the StepActions of the replaced steps inline. */
  readonly task: ReadTask;
  /** Whether the run loses the workspaces that only the replaced steps need. */
  readonly leavesOut?: boolean;
}

export interface HoldWithUpload extends HoldOptions {
  readonly upload?: UploadPlace;
}

/** Throws UsageError for a task or step that does not exist or can't be held. */
export async function holdRun(
  context: ResolveContext,
  run: Run,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<PipelineRun | TaskRun>> {
  if (run.kind === "PipelineRun") {
    const pipeline = await pipelineOf(context, run);
    return await holdPipeline(context, run, pipeline, breakpoints, options);
  }
  return await holdTask(context, run, await taskOf(context, run), breakpoints, options);
}

export async function holdPipeline(
  context: ResolveContext,
  run: PipelineRun,
  pipeline: ReadPipeline,
  breakpoints: Breakpoints,
  { upload, ...options }: HoldWithUpload,
): Promise<HeldRun<PipelineRun>> {
  const owner = ownerOf("Pipeline", pipeline.metadata?.name, run);
  const named = new Set([...breakpoints.tasks, ...breakpoints.steps.map(({ task }) => task!)]);
  const ofAll = breakpoints.onFailure || breakpoints.everyStep && breakpoints.tasks.length === 0;
  const all = [...(pipeline.spec.tasks ?? []), ...(pipeline.spec.finally ?? [])];
  for (const name of named) checkHoldable(owner, findTask(owner, pipeline.spec, name));
  const tasks: TaskToHold[] = [];
  for (const target of all) {
    const isNamed = named.has(target.name);
    const own = target.name === upload?.target?.name ? upload : undefined;
    if (!isNamed && !ofAll && own === undefined) continue;
    try {
      if (!isNamed) checkHoldable(owner, target);
      const found = await readTaskToHold(context, run, pipeline, target, breakpoints, own);
      if (found.steps.length > 0 || own !== undefined) tasks.push(found);
    } catch (error) {
      if (isNamed || own !== undefined || !(error instanceof ExpectedError)) throw error;
      context.emit({ kind: "note", text: `Task ${target.name} will not hold: ${error.message}` });
    }
  }
  const held = tasks.map(({ target }) => target.name);
  const variables = pipelineVariables(pipeline, factsOf(run, context));
  const others = await localTasks(context, pipeline, variables, held);
  const { leavesOut } = upload ?? {};
  return holdPipelineRun(run, pipeline, tasks, { ...options, others, leavesOut });
}

/** Returns a task of the Pipeline with its Task and the steps to hold. */
async function readTaskToHold(
  context: ResolveContext,
  run: PipelineRun,
  pipeline: ReadPipeline,
  target: PipelineTask,
  breakpoints: Breakpoints,
  upload?: UploadPlace,
): Promise<TaskToHold> {
  const { name } = target;
  const variables = pipelineVariables(pipeline, factsOf(run, context));
  const found = upload?.task ?? await resolveTask(context, target, variables);
  const { tasks, everyStep = false } = breakpoints;
  const isOfEvery = everyStep && (tasks.length === 0 || tasks.includes(name));
  const { steps, isUploadHeld } = stepsToHold(context, `task "${name}"`, found.spec, {
    ...breakpoints,
    everyStep: isOfEvery,
    firstStep: tasks.includes(name) && !everyStep,
    steps: breakpoints.steps.filter(({ task }) => task === name),
    replaced: replacedBy(upload),
  });
  const taskParams = fillParams(target.params ?? [], variables);
  const params = target.taskSpec === undefined
    ? taskParams
    : [...effectiveParams(pipeline.spec.params ?? [], run.spec.params ?? []), ...taskParams];
  const indices = steps.map(({ index }) => index);
  const spec = await withStepActions(context, found.spec, indices, params);
  const held = upload && { ...upload, isHeld: isUploadHeld };
  return { target, task: { ...found, spec }, steps, upload: held };
}

export async function holdTask(
  context: ResolveContext,
  run: TaskRun,
  task: ReadTask,
  breakpoints: Breakpoints,
  { upload, ...options }: HoldWithUpload,
): Promise<HeldRun<TaskRun>> {
  const owner = ownerOf("Task", task.metadata?.name, run);
  const given = upload?.task ?? task;
  const replaced = replacedBy(upload);
  const { steps, isUploadHeld } = stepsToHold(context, owner, given.spec, {
    ...breakpoints,
    replaced,
  });
  const indices = steps.map(({ index }) => index);
  const spec = await withStepActions(context, given.spec, indices, run.spec.params ?? []);
  const held = upload && { ...upload, isHeld: isUploadHeld };
  return holdTaskRun(run, { ...given, spec }, { steps, upload: held }, options);
}

/** Returns the steps whose place the upload takes, or after whose own work it comes. */
function replacedBy(upload: UploadPlace | undefined): readonly number[] | undefined {
  return upload?.ownClone === undefined ? upload?.standIn.replaced : [upload.standIn.at];
}

interface StepsAsked extends Omit<Breakpoints, "tasks"> {
  /** The steps that an upload stands in for. */
  readonly replaced?: readonly number[];
}

/**
 * Returns the steps to hold; for a step chosen several ways, the choice by name counts. A step that
 * an upload stands in for has no work: a breakpoint there holds the step after the upload.
 */
function stepsToHold(
  { emit }: ResolveContext,
  owner: string,
  spec: TaskSpec,
  { steps: named, firstStep, everyStep, onFailure, after, replaced = [] }: StepsAsked,
): { steps: StepToHold[]; isUploadHeld: boolean } {
  const mode = after ? "after" : "before";
  const all = spec.steps ?? [];
  const kept = [...all.keys()].filter((index) => !replaced.includes(index));
  const asked = named.map(({ step }) => chooseStep(owner, spec, step).index);
  if (firstStep) {
    const { index } = chooseStep(owner, spec, undefined);
    asked.unshift(kept[0] ?? index);
  }
  const steps = new Map<number, StepToHold>(
    asked.filter((index) => kept.includes(index)).map((index) => [index, { index, mode }]),
  );
  for (const index of everyStep || onFailure ? kept : []) {
    if (steps.has(index)) continue;
    if (everyStep && !after) {
      steps.set(index, { index, mode, isOneOfAll: true });
      continue;
    }
    const { step } = chooseStep(owner, spec, stepName(all[index], index));
    if (step.ref !== undefined || hasShell(step)) {
      steps.set(index, { index, mode: everyStep ? mode : "failure", isOneOfAll: true });
      continue;
    }
    const why = "its image may have no shell";
    emit({
      kind: "note",
      text: `Step ${stepName(step, index)} of ${owner} will not hold: ${why}`,
    });
  }
  const isUploadHeld = asked.some((index) => replaced.includes(index));
  return { steps: [...steps.values()], isUploadHeld };
}

/** Returns the run's Pipeline; for an inline Pipeline, only its spec. */
export async function pipelineOf(
  context: ResolveContext,
  { spec }: PipelineRun,
): Promise<ReadPipeline> {
  if (spec.pipelineSpec !== undefined) return { spec: spec.pipelineSpec };
  return await resolvePipeline(context, spec.pipelineRef ?? {}, spec.params ?? []);
}

/** Returns the run's Task; for an inline Task, only its spec. */
export async function taskOf(
  context: ResolveContext,
  { metadata, spec }: TaskRun,
): Promise<ReadTask> {
  const { taskRef, taskSpec, params = [] } = spec;
  const name = metadata.name ?? metadata.generateName ?? "";
  return await resolveTask(context, { name, taskRef, taskSpec, params }, variablesOf(params));
}

function factsOf({ metadata, spec }: PipelineRun, { kube }: ResolveContext): RunFacts {
  return {
    name: metadata.name,
    namespace: kube.namespace,
    params: spec.params ?? [],
    bound: (spec.workspaces ?? []).map((workspace) => workspace.name),
  };
}

function ownerOf(kind: string, name: string | undefined, { metadata }: Run): string {
  return name === undefined
    ? `the ${kind} in "${metadata.name ?? metadata.generateName}"`
    : `${kind} "${name}"`;
}
