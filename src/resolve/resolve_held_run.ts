/** Reads what a run refers to, and makes of it one that holds where asked. */
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
import { resolvePipeline, resolveTask, type Resolving, withStepActions } from "./resolve.ts";

/** Throws UsageError for a task or step that is not there or can't be held. */
export async function holdRun(
  resolving: Resolving,
  run: Run,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<PipelineRun | TaskRun>> {
  if (run.kind === "PipelineRun") {
    const pipeline = await pipelineOf(resolving, run);
    return await holdPipeline(resolving, run, pipeline, breakpoints, options);
  }
  return await holdTask(resolving, run, await taskOf(resolving, run), breakpoints, options);
}

export async function holdPipeline(
  resolving: Resolving,
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
      const found = await readTask(resolving, run, pipeline, target, breakpoints);
      if (found.steps.length > 0) tasks.push(found);
    } catch (error) {
      if (isNamed || !(error instanceof ExpectedError)) throw error;
      resolving.emit({ kind: "note", text: `Task ${target.name} will not hold: ${error.message}` });
    }
  }
  return holdPipelineRun(run, pipeline, tasks, options);
}

/** One of the Pipeline's tasks with its Task, and those of its steps that are to be held. */
async function readTask(
  resolving: Resolving,
  run: PipelineRun,
  pipeline: ReadPipeline,
  target: PipelineTask,
  breakpoints: Breakpoints,
): Promise<TaskToHold> {
  const { name } = target;
  const variables = pipelineVariables(pipeline, factsOf(run, resolving));
  const found = await resolveTask(resolving, target, variables);
  const { tasks, everyStep = false } = breakpoints;
  const isOfEvery = everyStep && (tasks.length === 0 || tasks.includes(name));
  const steps = stepsToHold(resolving, `task "${name}"`, found.spec, {
    ...breakpoints,
    everyStep: isOfEvery,
    isFirst: tasks.includes(name) && !everyStep,
    steps: breakpoints.steps.filter(({ task }) => task === name),
  });
  const own = fillParams(target.params ?? [], variables);
  const params = target.taskSpec === undefined
    ? own
    : [...effectiveParams(pipeline.spec.params ?? [], run.spec.params ?? []), ...own];
  const places = steps.map(({ index }) => index);
  const spec = await withStepActions(resolving, found.spec, places, params);
  return { target, task: { ...found, spec }, steps };
}

export async function holdTask(
  resolving: Resolving,
  run: TaskRun,
  task: ReadTask,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<TaskRun>> {
  const owner = ownerOf("Task", task.metadata?.name, run);
  const steps = stepsToHold(resolving, owner, task.spec, breakpoints);
  const places = steps.map(({ index }) => index);
  const spec = await withStepActions(resolving, task.spec, places, run.spec.params ?? []);
  return holdTaskRun(run, { ...task, spec }, steps, options);
}

/** Of steps that are asked for in several ways the one that was named counts. */
function stepsToHold(
  { emit }: Resolving,
  owner: string,
  spec: TaskSpec,
  { steps: asked, isFirst = false, everyStep, onFailure, after }: Omit<Breakpoints, "tasks"> & {
    isFirst?: boolean;
  },
): StepToHold[] {
  const mode = after ? "after" : "before";
  const names = [...(isFirst ? [undefined] : []), ...asked.map(({ step }) => step)];
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
    const why = "whether its image has a shell is not known";
    emit({
      kind: "note",
      text: `Step ${stepName(step, index)} of ${owner} will not hold: ${why}`,
    });
  }
  return [...steps.values()];
}

/** Of an inline one, its spec alone. */
export async function pipelineOf(
  resolving: Resolving,
  { spec }: PipelineRun,
): Promise<ReadPipeline> {
  if (spec.pipelineSpec !== undefined) return { spec: spec.pipelineSpec };
  return await resolvePipeline(resolving, spec.pipelineRef ?? {}, spec.params ?? []);
}

/** Likewise. */
export async function taskOf(resolving: Resolving, { metadata, spec }: TaskRun): Promise<ReadTask> {
  const { taskRef, taskSpec, params = [] } = spec;
  const name = metadata.name ?? metadata.generateName ?? "";
  return await resolveTask(resolving, { name, taskRef, taskSpec, params }, variablesOf(params));
}

function factsOf({ metadata, spec }: PipelineRun, { kube }: Resolving): RunFacts {
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
