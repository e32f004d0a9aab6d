/**
 * A run whose steps hold before they do their work, and then do it: the given run with its specs
 * inline and the gate around the steps asked for. Pure.
 */
import {
  type Gate,
  holdingStep,
  preparedForGate,
  raisedTimeout,
  withGateVolume,
} from "./gate_step.ts";
import { inlinePipeline, withTasks } from "./inline_pipeline.ts";
import { inlineTask, type ReadTask } from "./inline_task.ts";
import { inlineTaskRun } from "./inline_task_run.ts";
import type { Pipeline, PipelineRun, PipelineTask, Task, TaskRun, TaskSpec } from "./model.ts";
import { replaceVariable } from "./references.ts";
import { stepName } from "./target.ts";

/** One of a Pipeline's tasks, its Task, and which of its steps are held, by their place. */
export interface HeldTask {
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly steps: readonly number[];
}

/** Throws UsageError for a step whose work is not known, or a Task that would come to mean something else. */
export function holdPipelineRun(
  run: PipelineRun,
  pipeline: Pipeline,
  held: readonly HeldTask[],
  gate: Gate,
): PipelineRun {
  const options = {
    params: run.spec.params ?? [],
    bound: (run.spec.workspaces ?? []).map((workspace) => workspace.name),
  };
  // Each one's names must be no one else's, nor those of a Task that went inline before it.
  let spec = pipeline.spec;
  const swapped = held.map(({ target, task, steps }) => {
    const own = inlineTask(target, task, { ...options, pipeline: spec });
    spec = withTasks(spec, [own]);
    const { taskSpec, ...inlined } = notRetried(own);
    const timeout = raisedTimeout(inlined.timeout, gate);
    return {
      ...inlined,
      taskSpec: holdSteps(taskSpec!, steps, gate),
      ...(timeout === undefined ? {} : { timeout }),
    };
  });
  return inlinePipeline(run, pipeline, swapped);
}

export function holdTaskRun(
  run: TaskRun,
  task: Task,
  steps: readonly number[],
  gate: Gate,
): TaskRun {
  const lowered = inlineTaskRun(run, { ...task, spec: holdSteps(task.spec, steps, gate) });
  const { retries: _, ...spec } = lowered.spec;
  const timeout = raisedTimeout(spec.timeout, gate);
  return { ...lowered, spec: { ...spec, ...(timeout === undefined ? {} : { timeout }) } };
}

/** A retry would pause again; what the Task sees of the number stays. */
function notRetried(target: PipelineTask): PipelineTask {
  const { retries = 0, ...kept } = target;
  return replaceVariable(kept, "context.pipelineTask.retries", String(retries));
}

function holdSteps<T extends TaskSpec>(given: T, held: readonly number[], gate: Gate): T {
  const spec = preparedForGate(given) as ReturnType<typeof preparedForGate> & T;
  const steps = spec.steps.map((step, at) =>
    held.includes(at) ? holdingStep(step, stepName(step, at), { gate }) : step
  );
  return withGateVolume({ ...spec, steps }, gate);
}
