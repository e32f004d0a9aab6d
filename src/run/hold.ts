/** Reads what a run refers to, and makes of it one that holds where asked. */
import { ClusterError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import type { Breakpoints } from "../tekton/debug_spec.ts";
import {
  type HeldRun,
  type HoldOptions,
  holdPipelineRun,
  holdTaskRun,
  type TaskToHold,
} from "../tekton/hold_run.ts";
import type { Pipeline, PipelineRun, Task, TaskRun } from "../tekton/model.ts";
import { PIPELINES, TASKS } from "../tekton/model.ts";
import { checkHoldable, chooseStep, chooseTask } from "../tekton/target.ts";
import type { Run } from "./live_run.ts";
import { read, resolveTask, withStepActions } from "./resolve.ts";

/** Throws UsageError for a task or step that is not there or can't be held. */
export async function holdRun(
  kube: Kube,
  run: Run,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<Run>> {
  return run.kind === "PipelineRun"
    ? await holdPipeline(kube, run as PipelineRun, breakpoints, options)
    : await holdTask(kube, run as TaskRun, breakpoints, options);
}

async function holdPipeline(
  kube: Kube,
  run: PipelineRun,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<Run>> {
  const pipeline = await pipelineOf(kube, run);
  const owner = ownerOf("Pipeline", pipeline.metadata?.name, run);
  const names = [...breakpoints.tasks, ...breakpoints.steps.map(({ task }) => task!)];
  const tasks = await Promise.all([...new Set(names)].map(async (name): Promise<TaskToHold> => {
    const { task: target } = chooseTask(owner, pipeline.spec, name);
    checkHoldable(owner, target);
    const found = await resolveTask(kube, target);
    const asked = breakpoints.steps.filter(({ task }) => task === name).map(({ step }) => step);
    const first = breakpoints.tasks.includes(name) ? [undefined] : [];
    const steps = [...first, ...asked].map((step) =>
      chooseStep(`task "${name}"`, found.spec, step).index
    );
    const spec = await withStepActions(kube, found.spec, steps);
    return { target, task: { ...found, spec }, steps: [...new Set(steps)] };
  }));
  return holdPipelineRun(run, pipeline, tasks, options);
}

async function holdTask(
  kube: Kube,
  run: TaskRun,
  breakpoints: Breakpoints,
  options: HoldOptions,
): Promise<HeldRun<Run>> {
  const task = await taskOf(kube, run);
  const owner = ownerOf("Task", task.metadata?.name, run);
  const steps = breakpoints.steps.map(({ step }) => chooseStep(owner, task.spec, step).index);
  const spec = await withStepActions(kube, task.spec, steps);
  return holdTaskRun(run, { ...task, spec }, [...new Set(steps)], options);
}

/** Of an inline one, its spec alone. */
export async function pipelineOf(
  kube: Kube,
  { spec }: PipelineRun,
): Promise<Pick<Pipeline, "spec"> & Partial<Pipeline>> {
  if (spec.pipelineSpec !== undefined) return { spec: spec.pipelineSpec };
  const { name, resolver } = spec.pipelineRef ?? {};
  if (resolver === undefined && name !== undefined) {
    return await read<Pipeline>(kube, PIPELINES, name);
  }
  throw new ClusterError(`Cannot hold a run whose Pipeline comes from a resolver`);
}

/** Likewise. */
export async function taskOf(
  kube: Kube,
  { spec }: TaskRun,
): Promise<Pick<Task, "spec"> & Partial<Task>> {
  if (spec.taskSpec !== undefined) return { spec: spec.taskSpec };
  const { name, resolver } = spec.taskRef ?? {};
  if (resolver === undefined && name !== undefined) return await read<Task>(kube, TASKS, name);
  throw new ClusterError(`Cannot hold a run whose Task comes from a resolver`);
}

function ownerOf(kind: string, name: string | undefined, { metadata }: Run): string {
  return name === undefined
    ? `the ${kind} in "${metadata.name ?? metadata.generateName}"`
    : `${kind} "${name}"`;
}
