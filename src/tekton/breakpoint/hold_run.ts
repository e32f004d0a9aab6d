/**
 * Adds gates to the steps of a run that are to be held. A gate wraps the step's work if the step
 * has a script or a command; otherwise a waiting step comes before it. Pure.
 */
import type { GateMode } from "../../step/scripts.ts";
import { type Gate, holdingStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import { holdBefore } from "./hold_before.ts";
import type { ReadTask } from "../inline/inline_task.ts";
import type { NamedStep, PipelineRun, PipelineTask, Step, TaskRun, TaskSpec } from "../model.ts";
import {
  buildPipelineRun,
  buildTaskRun,
  type ChangedTask,
  notRetried,
  type RunManifest,
} from "../run_manifest.ts";
import type { ReadPipeline } from "../inline/inline_pipeline.ts";
import { raiseRunTimeouts, withRaisedTimeout } from "../timeouts.ts";

/** One of a Task's steps that is to be held. */
export interface StepToHold {
  /** The step's index in the Task. */
  readonly index: number;
  readonly mode: GateMode;
  /**
   * Whether the user asked for all steps rather than for this one. Such a step is held without a
   * shell if its image may lack one.
   */
  readonly isOneOfAll?: boolean;
}

/** A Pipeline's task, its Task, and the steps to hold. */
export interface TaskToHold {
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly steps: readonly StepToHold[];
}

export interface HoldOptions {
  readonly gate: Gate;
  /** Hold every step by a waiting step before it: the images have no shell. */
  readonly withoutShell?: boolean;
  /** The timeout of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

/** A step at which the run will hold. */
export interface HeldStep {
  readonly task?: string;
  /** The step that holds. */
  readonly step: string;
  /** The step whose work is held: the same step, or the next one. */
  readonly targetStep: string;
  readonly mode: GateMode;
}

export interface HeldRun<T extends PipelineRun | TaskRun> {
  readonly runManifest: RunManifest<T>;
  readonly held: HeldStep[];
}

/** `others` are tasks that do not hold, with Tasks that the cluster does not have. */
export function holdPipelineRun(
  run: PipelineRun,
  pipeline: ReadPipeline,
  tasks: readonly TaskToHold[],
  options: HoldOptions,
  others: readonly ChangedTask[] = [],
): HeldRun<PipelineRun> {
  const clocks = clocksOf(options);
  const held: HeldStep[] = [];
  const changed = tasks.map(({ target, task, steps }) => {
    const once = notRetried({ target, task });
    const { spec, held: places } = holdSteps(once.task.spec, steps, options);
    held.push(...places.map((one) => ({ ...one, task: target.name })));
    return {
      target: withRaisedTimeout(once.target, pausesOf(places).length, clocks),
      task: { ...task, spec },
    };
  });
  const names = pausesOf(held).map(({ task }) => task!);
  const raised = raiseRunTimeouts(run, pipeline.spec, names, clocks);
  return { runManifest: buildPipelineRun(raised, pipeline, [...changed, ...others]), held };
}

export function holdTaskRun(
  run: TaskRun,
  task: ReadTask,
  steps: readonly StepToHold[],
  options: HoldOptions,
): HeldRun<TaskRun> {
  const { spec, held } = holdSteps(task.spec, steps, options);
  const { retries: _, ...kept } = run.spec;
  const raised = {
    ...run,
    spec: withRaisedTimeout(kept, pausesOf(held).length, clocksOf(options)),
  };
  return { runManifest: buildTaskRun(raised, { ...task, spec }), held };
}

function clocksOf({ gate, defaultTimeout }: HoldOptions) {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** Returns the possible pauses: at most one step of a task fails. */
function pausesOf<T extends HeldStep>(held: readonly T[]): T[] {
  return held.filter(({ mode, task }, at) =>
    mode !== "failure" || held.findIndex((one) => one.mode === mode && one.task === task) === at
  );
}

function holdSteps<T extends TaskSpec>(
  given: T,
  places: readonly StepToHold[],
  options: HoldOptions,
): { spec: T; held: HeldStep[] } {
  if (places.length === 0) return { spec: given, held: [] };
  const spec = preparedForGate(given);
  const own: NamedStep[] = spec.steps;
  const names = own.map((step) => step.name);
  const held: HeldStep[] = [];
  const volumes = new Set<Gate>();
  let isCarried = false;
  const steps = own.flatMap((step, at) => {
    const place = places.find(({ index }) => index === at);
    if (place === undefined) return [step];
    const { mode } = place;
    if (isHeldBefore(step, place, options)) {
      // The files in the gate's directory tell a waiting step what to do: each step needs its own.
      const gate = { ...options.gate, volume: `${options.gate.volume}-${at}` };
      volumes.add(gate);
      const swapped = holdBefore(step, names, gate);
      held.push({ step: swapped[0].name, targetStep: step.name, mode });
      return swapped;
    }
    const { gate } = options;
    volumes.add(gate);
    held.push({ step: step.name, targetStep: step.name, mode });
    const hold = { gate, ...place, carries: !isCarried, template: given.stepTemplate };
    isCarried ||= isSure(step);
    return [holdingStep(step, step.name, hold)];
  });
  return { spec: [...volumes].reduce(withGateVolume, { ...given, ...spec, steps }), held };
}

/** Whether the step runs whenever a later step runs. */
function isSure({ when = [] }: Step): boolean {
  return when.length === 0;
}

function isHeldBefore(
  step: Step,
  { isOneOfAll = false }: StepToHold,
  { withoutShell = false }: HoldOptions,
): boolean {
  return withoutShell || !isWorkKnown(step) || isOneOfAll && !hasShell(step);
}

/** Whether the spec says the step's work; otherwise only the image does, by its entrypoint. */
function isWorkKnown({ command = [], script = "" }: Step): boolean {
  return command.length > 0 || script !== "";
}

/** Whether the image surely has a shell, because the step's own work runs in one. */
export function hasShell({ command = [], script = "" }: Step): boolean {
  const words = script === ""
    ? command
    : (/^\s*#!(.*)/.exec(script)?.[1] ?? "sh").trim().split(" ");
  const program = /(^|\/)env$/.test(words[0]) ? words[1] ?? "" : words[0];
  return /(^|\/)(a|ba|da|k|mk|z)?sh$/.test(program);
}
