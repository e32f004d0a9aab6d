/**
 * A run whose steps hold before they do their work, and then do it: the given run with its specs
 * inline and the gate around the steps asked for. Pure.
 */
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import { inlinePipeline } from "./inline_pipeline.ts";
import { inlineTask, type ReadTask } from "./inline_task.ts";
import { inlineTaskRun } from "./inline_task_run.ts";
import type { Pipeline, PipelineRun, PipelineTask, Task, TaskRun, TaskSpec } from "./model.ts";
import { replaceVariable } from "./references.ts";
import { stepName } from "./target.ts";
import { raiseRunTimeouts, withRaisedTimeout } from "./timeouts.ts";

/** One of a Pipeline's tasks, its Task, and which of its steps are held, by their place. */
export interface HeldTask {
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly steps: readonly number[];
}

export interface HoldOptions {
  readonly gate: Gate;
  /** Of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

/** Throws UsageError for a step whose work is not known, or a Task that would come to mean something else. */
export function holdPipelineRun(
  run: PipelineRun,
  pipeline: Pipeline,
  held: readonly HeldTask[],
  { gate, defaultTimeout }: HoldOptions,
): PipelineRun {
  const clocks = { pauseSeconds: gate.pauseSeconds, defaultTimeout };
  const options = {
    pipeline: pipeline.spec,
    params: run.spec.params ?? [],
    bound: (run.spec.workspaces ?? []).map((workspace) => workspace.name),
  };
  const swapped = held.map(({ target, task, steps }) => {
    const { taskSpec, ...inlined } = notRetried(inlineTask(target, task, options));
    const raised = withRaisedTimeout(inlined, steps.length, clocks);
    return { ...raised, taskSpec: holdSteps(taskSpec!, steps, gate) };
  });
  const names = held.flatMap(({ target, steps }) => steps.map(() => target.name));
  return raiseRunTimeouts(
    inlinePipeline(run, pipeline, swapped),
    pipeline.spec,
    names,
    clocks,
  );
}

export function holdTaskRun(
  run: TaskRun,
  task: Task,
  steps: readonly number[],
  { gate, defaultTimeout }: HoldOptions,
): TaskRun {
  const lowered = inlineTaskRun(run, { ...task, spec: holdSteps(task.spec, steps, gate) });
  const { retries: _, ...spec } = lowered.spec;
  const clocks = { pauseSeconds: gate.pauseSeconds, defaultTimeout };
  return { ...lowered, spec: withRaisedTimeout(spec, steps.length, clocks) };
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
