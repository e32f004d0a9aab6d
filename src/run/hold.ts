/** Reads what a run refers to, and makes of it one that holds where asked. */
import type { Breakpoints } from "../tekton/debug_spec.ts";
import {
  type HeldRun,
  type HoldOptions,
  holdPipelineRun,
  holdTaskRun,
  type TaskToHold,
} from "../tekton/hold_run.ts";
import type { ReadTask } from "../tekton/inline_task.ts";
import type { PipelineRun, TaskRun } from "../tekton/model.ts";
import type { ReadPipeline } from "../tekton/inline_pipeline.ts";
import { checkHoldable, chooseStep, chooseTask } from "../tekton/target.ts";
import {
  effectiveParams,
  fillParams,
  pipelineVariables,
  type RunFacts,
  variablesOf,
} from "../tekton/variables.ts";
import type { Run } from "./live_run.ts";
import { resolvePipeline, resolveTask, type Resolving, withStepActions } from "./resolve.ts";

/** Throws UsageError for a task or step that is not there or can't be held. */
export async function holdRun(
  resolving: Resolving,
  run: Run,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<PipelineRun | TaskRun>> {
  return run.kind === "PipelineRun"
    ? await holdPipeline(resolving, run as PipelineRun, breakpoints, options)
    : await holdTask(resolving, run as TaskRun, breakpoints, options);
}

async function holdPipeline(
  resolving: Resolving,
  run: PipelineRun,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<PipelineRun>> {
  const pipeline = await pipelineOf(resolving, run);
  const variables = pipelineVariables(pipeline, factsOf(run, resolving));
  const owner = ownerOf("Pipeline", pipeline.metadata?.name, run);
  const names = [...breakpoints.tasks, ...breakpoints.steps.map(({ task }) => task!)];
  const tasks: TaskToHold[] = [];
  for (const name of new Set(names)) {
    const { task: target } = chooseTask(owner, pipeline.spec, name);
    checkHoldable(owner, target);
    const found = await resolveTask(resolving, target, variables);
    const asked = breakpoints.steps.filter(({ task }) => task === name).map(({ step }) => step);
    const first = breakpoints.tasks.includes(name) ? [undefined] : [];
    const steps = [...first, ...asked].map((step) =>
      chooseStep(`task "${name}"`, found.spec, step).index
    );
    const own = fillParams(target.params ?? [], variables);
    const params = target.taskSpec === undefined
      ? own
      : [...effectiveParams(pipeline.spec.params ?? [], run.spec.params ?? []), ...own];
    const spec = await withStepActions(resolving, found.spec, steps, params);
    tasks.push({ target, task: { ...found, spec }, steps: [...new Set(steps)] });
  }
  return holdPipelineRun(run, pipeline, tasks, options);
}

async function holdTask(
  resolving: Resolving,
  run: TaskRun,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<TaskRun>> {
  const task = await taskOf(resolving, run);
  const owner = ownerOf("Task", task.metadata?.name, run);
  const steps = breakpoints.steps.map(({ step }) => chooseStep(owner, task.spec, step).index);
  const spec = await withStepActions(resolving, task.spec, steps, run.spec.params ?? []);
  return holdTaskRun(run, { ...task, spec }, [...new Set(steps)], options);
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
