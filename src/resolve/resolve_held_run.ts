/** Resolves what a run refers to, and turns the run into one that holds at its breakpoints. */
import { ExpectedError } from "../errors.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import {
  hasShell,
  type HeldRun,
  type HoldOptions,
  holdPipelineRun,
  holdTaskRun,
  type StepToHold,
  type TaskToHold,
} from "../tekton/breakpoint/hold_run.ts";
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
  options: HoldOptions,
): Promise<HeldRun<PipelineRun>> {
  const owner = ownerOf("Pipeline", pipeline.metadata?.name, run);
  const named = new Set([...breakpoints.tasks, ...breakpoints.steps.map(({ task }) => task!)]);
  const ofAll = breakpoints.onFailure || breakpoints.everyStep && breakpoints.tasks.length === 0;
  const all = [...(pipeline.spec.tasks ?? []), ...(pipeline.spec.finally ?? [])];
  for (const name of named) checkHoldable(owner, findTask(owner, pipeline.spec, name));
  const tasks: TaskToHold[] = [];
  for (const target of all) {
    const isNamed = named.has(target.name);
    if (!isNamed && !ofAll) continue;
    try {
      if (!isNamed) checkHoldable(owner, target);
      const found = await readTaskToHold(context, run, pipeline, target, breakpoints);
      if (found.steps.length > 0) tasks.push(found);
    } catch (error) {
      if (isNamed || !(error instanceof ExpectedError)) throw error;
      context.emit({ kind: "note", text: `Task ${target.name} will not hold: ${error.message}` });
    }
  }
  const held = tasks.map(({ target }) => target.name);
  const variables = pipelineVariables(pipeline, factsOf(run, context));
  const others = await localTasks(context, pipeline, variables, held);
  return holdPipelineRun(run, pipeline, tasks, options, others);
}

/** Returns a task of the Pipeline with its Task and the steps to hold. */
async function readTaskToHold(
  context: ResolveContext,
  run: PipelineRun,
  pipeline: ReadPipeline,
  target: PipelineTask,
  breakpoints: Breakpoints,
): Promise<TaskToHold> {
  const { name } = target;
  const variables = pipelineVariables(pipeline, factsOf(run, context));
  const found = await resolveTask(context, target, variables);
  const { tasks, everyStep = false } = breakpoints;
  const isOfEvery = everyStep && (tasks.length === 0 || tasks.includes(name));
  const steps = stepsToHold(context, `task "${name}"`, found.spec, {
    ...breakpoints,
    everyStep: isOfEvery,
    isFirst: tasks.includes(name) && !everyStep,
    steps: breakpoints.steps.filter(({ task }) => task === name),
  });
  const taskParams = fillParams(target.params ?? [], variables);
  const params = target.taskSpec === undefined
    ? taskParams
    : [...effectiveParams(pipeline.spec.params ?? [], run.spec.params ?? []), ...taskParams];
  const indices = steps.map(({ index }) => index);
  const spec = await withStepActions(context, found.spec, indices, params);
  return { target, task: { ...found, spec }, steps };
}

export async function holdTask(
  context: ResolveContext,
  run: TaskRun,
  task: ReadTask,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<TaskRun>> {
  const owner = ownerOf("Task", task.metadata?.name, run);
  const steps = stepsToHold(context, owner, task.spec, breakpoints);
  const indices = steps.map(({ index }) => index);
  const spec = await withStepActions(context, task.spec, indices, run.spec.params ?? []);
  return holdTaskRun(run, { ...task, spec }, steps, options);
}

/** Returns the steps to hold; for a step chosen several ways, the choice by name counts. */
function stepsToHold(
  { emit }: ResolveContext,
  owner: string,
  spec: TaskSpec,
  { steps: named, isFirst = false, everyStep, onFailure, after }: Omit<Breakpoints, "tasks"> & {
    isFirst?: boolean;
  },
): StepToHold[] {
  const mode = after ? "after" : "before";
  const names = [...(isFirst ? [undefined] : []), ...named.map(({ step }) => step)];
  const steps = new Map<number, StepToHold>();
  for (const name of names) {
    const { index } = chooseStep(owner, spec, name);
    steps.set(index, { index, mode });
  }
  const all = spec.steps ?? [];
  for (const index of everyStep || onFailure ? all.keys() : []) {
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
  return [...steps.values()];
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
