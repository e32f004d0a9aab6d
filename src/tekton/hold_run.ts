/**
 * A run whose steps hold before they do their work, and then do it: the given run with its specs
 * inline and a gate at the steps asked for: around what they do where that is known, else before them.
 * Pure.
 */
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import { holdBefore } from "./hold_before.ts";
import { inlinePipeline } from "./inline_pipeline.ts";
import { inlineTask, type ReadTask } from "./inline_task.ts";
import { inlineTaskRun } from "./inline_task_run.ts";
import type {
  NamedStep,
  Pipeline,
  PipelineRun,
  PipelineTask,
  Step,
  TaskRun,
  TaskSpec,
} from "./model.ts";
import { replaceVariable } from "./references.ts";
import { raiseRunTimeouts, withRaisedTimeout } from "./timeouts.ts";

/** One of a Pipeline's tasks, its Task, and which of its steps are held, by their place. */
export interface TaskToHold {
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly steps: readonly number[];
}

export interface HoldOptions {
  readonly gate: Gate;
  /** Hold before every step: their images have no shell. */
  readonly withoutShell?: boolean;
  /** Of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

/** A place where the run will hold. */
export interface HeldStep {
  readonly task?: string;
  /** The step that holds. */
  readonly step: string;
  /** The step whose work it is about: the same one, or the next. */
  readonly of: string;
}

export interface HeldRun<T> {
  readonly run: T;
  readonly held: HeldStep[];
}

/** Throws UsageError for a Task that would come to mean something else. */
export function holdPipelineRun(
  run: PipelineRun,
  pipeline: Pick<Pipeline, "spec"> & Partial<Pipeline>,
  tasks: readonly TaskToHold[],
  options: HoldOptions,
): HeldRun<PipelineRun> {
  const clocks = clocksOf(options);
  const context = {
    pipeline: pipeline.spec,
    params: run.spec.params ?? [],
    bound: (run.spec.workspaces ?? []).map((workspace) => workspace.name),
  };
  const held: HeldStep[] = [];
  const swapped = tasks.map(({ target, task, steps }) => {
    const { taskSpec, ...inlined } = notRetried(inlineTask(target, task, context));
    const lowered = holdSteps(taskSpec!, steps, options);
    held.push(...lowered.held.map((one) => ({ ...one, task: target.name })));
    return { ...withRaisedTimeout(inlined, steps.length, clocks), taskSpec: lowered.spec };
  });
  const inlined = inlinePipeline(run, pipeline, swapped);
  const names = held.map(({ task }) => task!);
  return { run: raiseRunTimeouts(inlined, pipeline.spec, names, clocks), held };
}

export function holdTaskRun(
  run: TaskRun,
  task: ReadTask,
  steps: readonly number[],
  options: HoldOptions,
): HeldRun<TaskRun> {
  const { spec: held, held: places } = holdSteps(task.spec, steps, options);
  const lowered = inlineTaskRun(run, { ...task, spec: held });
  const { retries: _, ...spec } = lowered.spec;
  const raised = withRaisedTimeout(spec, steps.length, clocksOf(options));
  return { run: { ...lowered, spec: raised }, held: places };
}

function clocksOf({ gate, defaultTimeout }: HoldOptions) {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** A retry would pause again; what the Task sees of the number stays. */
function notRetried(target: PipelineTask): PipelineTask {
  const { retries = 0, ...kept } = target;
  return replaceVariable(kept, "context.pipelineTask.retries", String(retries));
}

function holdSteps<T extends TaskSpec>(
  given: T,
  places: readonly number[],
  { gate, withoutShell = false }: HoldOptions,
): { spec: T; held: HeldStep[] } {
  const spec = preparedForGate(given);
  const own: NamedStep[] = spec.steps;
  const names = own.map((step) => step.name);
  const held: HeldStep[] = [];
  const gates: Gate[] = [];
  const steps = own.flatMap((step, at) => {
    if (!places.includes(at)) return [step];
    // A volume is the whole pod's: each gate needs its own.
    const one = { ...gate, volume: `${gate.volume}-${at}` };
    const swapped = withoutShell || !isWorkKnown(step)
      ? holdBefore(step, names, one)
      : [holdingStep(step, step.name, { gate: one })];
    held.push({ step: swapped[0].name, of: step.name });
    gates.push(one);
    return swapped;
  });
  return { spec: gates.reduce(withGateVolume, { ...given, ...spec, steps }), held };
}

/** Else it is the image's own entrypoint, which is nowhere to be read. */
function isWorkKnown({ command = [], script = "" }: Step): boolean {
  return command.length > 0 || script !== "";
}
