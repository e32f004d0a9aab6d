/**
 * A run whose steps hold before they do their work, and then do it: the given run with a gate at
 * the steps asked for: around what they do where that is known, else before them.
 * Pure.
 */
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import { holdBefore } from "./hold_before.ts";
import type { ReadTask } from "./inline_task.ts";
import type { NamedStep, PipelineRun, PipelineTask, Step, TaskRun, TaskSpec } from "./model.ts";
import { type ChangedTask, type Placement, placePipelineRun, placeTaskRun } from "./place.ts";
import type { ReadPipeline } from "./inline_pipeline.ts";
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

export interface HeldRun<T extends PipelineRun | TaskRun> {
  readonly placement: Placement<T>;
  readonly held: HeldStep[];
}

export function holdPipelineRun(
  run: PipelineRun,
  pipeline: ReadPipeline,
  tasks: readonly TaskToHold[],
  options: HoldOptions,
): HeldRun<PipelineRun> {
  const clocks = clocksOf(options);
  const held: HeldStep[] = [];
  const changed = tasks.map(({ target, task, steps }) => {
    const once = notRetried(target, task);
    const { spec, held: places } = holdSteps(once.task.spec, steps, options);
    held.push(...places.map((one) => ({ ...one, task: target.name })));
    return {
      target: withRaisedTimeout(once.target, steps.length, clocks),
      task: { ...task, spec },
    };
  });
  const names = held.map(({ task }) => task!);
  const raised = raiseRunTimeouts(run, pipeline.spec, names, clocks);
  return { placement: placePipelineRun(raised, pipeline, changed), held };
}

export function holdTaskRun(
  run: TaskRun,
  task: ReadTask,
  steps: readonly number[],
  options: HoldOptions,
): HeldRun<TaskRun> {
  const { spec, held } = holdSteps(task.spec, steps, options);
  const { retries: _, ...kept } = run.spec;
  const raised = { ...run, spec: withRaisedTimeout(kept, steps.length, clocksOf(options)) };
  return { placement: placeTaskRun(raised, { ...task, spec }), held };
}

function clocksOf({ gate, defaultTimeout }: HoldOptions) {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** A retry would pause again; what the Task sees of the number stays. */
function notRetried(target: PipelineTask, task: ReadTask): ChangedTask {
  const { retries = 0, ...kept } = target;
  const [variable, number] = ["context.pipelineTask.retries", String(retries)];
  const spec = replaceVariable(task.spec, variable, number);
  return { target: replaceVariable(kept, variable, number), task: { ...task, spec } };
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
