/**
 * Makes an ordinary run hold: at a gate where an upload stands in for steps, and at gates of the
 * steps that are breakpoints. What no gate needs stays verbatim. Pure.
 */
import type { Gate } from "./gate_step.ts";
import { type HeldStep, holdSteps, namedPlaces, type StepToHold } from "./hold_steps.ts";
import type { ReadTask } from "../inline/inline_task.ts";
import type { PipelineRun, PipelineTask, TaskRun, TaskSpec } from "../model.ts";
import {
  buildPipelineRun,
  buildTaskRun,
  type ChangedTask,
  notRetried,
  type RunManifest,
} from "../run_manifest.ts";
import type { ReadPipeline } from "../inline/inline_pipeline.ts";
import { withParam } from "../source/own_clone.ts";
import { holdClone } from "./hold_clone.ts";
import { heldStep, type Replacement, replaceSteps } from "./replace_steps.ts";
import { standInTask } from "./stand_in_task.ts";
import { type Clocks, raiseRunTimeouts, withRaisedTimeout } from "../timeouts.ts";
import { unusedWorkspaces, withoutWorkspaces } from "../unused_workspaces.ts";

/** An upload, and the steps that it stands in for. */
export interface StandInUpload extends Omit<Replacement, "gate"> {
  /** Whether a breakpoint is at the upload: its step stays held after it. */
  readonly isHeld?: boolean;
}

/** A Pipeline's task, its Task, and where it holds. */
export interface TaskToHold {
  readonly target: PipelineTask;
  readonly task: ReadTask;
  /** The breakpoints. None of these steps is replaced by the upload. */
  readonly steps: readonly StepToHold[];
  readonly upload?: StandInUpload;
}

export interface HoldOptions {
  readonly gate: Gate;
  /** Hold every step by a waiting step before it: the images have no shell. */
  readonly withoutShell?: boolean;
  /** The timeout of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export interface PipelineHoldOptions extends HoldOptions {
  /** Tasks that do not hold, with Tasks that the cluster does not have. */
  readonly others?: readonly ChangedTask[];
  /** Whether the run loses the workspaces that only the replaced steps need. */
  readonly leavesOut?: boolean;
}

/** The step whose gate takes an upload. */
export interface UploadStep {
  /** The Pipeline's task; undefined in a TaskRun. */
  readonly task?: string;
  readonly step: string;
  /** Whether the step stays held after the upload. */
  readonly isHeld: boolean;
  /** Whether the upload stands in for all steps of the Task. */
  readonly isWhole: boolean;
}

export interface HeldRun<T extends PipelineRun | TaskRun> {
  readonly runManifest: RunManifest<T>;
  /** The breakpoints; without the gate that takes an upload. */
  readonly held: HeldStep[];
  readonly upload?: UploadStep;
}

export function holdPipelineRun(
  run: PipelineRun,
  pipeline: ReadPipeline,
  tasks: readonly TaskToHold[],
  { others = [], leavesOut = false, ...options }: PipelineHoldOptions,
): HeldRun<PipelineRun> {
  const held: HeldStep[] = [];
  const pauses: string[] = [];
  const changed = tasks.map((one): ChangedTask => {
    const { target, task, held: places } = holdTask(pipeline, one, options);
    held.push(...places);
    const count = pausesOf(places).length + (one.upload === undefined ? 0 : 1);
    pauses.push(...Array(count).fill(target.name));
    return { target: withRaisedTimeout(target, count, clocksOf(options)), task };
  });
  const raised = raiseRunTimeouts(run, pipeline.spec, pauses, clocksOf(options));
  const at = tasks.findIndex(({ upload }) => upload !== undefined);
  const unused = leavesOut && at >= 0 && tasks[at].upload?.ownClone === undefined
    ? unusedWorkspaces(pipeline, tasks[at].target, changed[at].target)
    : [];
  const left = withoutWorkspaces(pipeline, raised, unused);
  const runManifest = buildPipelineRun(left.run, left.pipeline, [...changed, ...others]);
  const upload = at < 0 ? undefined : uploadStep(tasks[at].task, tasks[at].upload);
  return { runManifest, held, upload: upload && { ...upload, task: tasks[at].target.name } };
}

/** `upload` is an upload into the Task, and `steps` are the breakpoints. */
export function holdTaskRun(
  run: TaskRun,
  task: ReadTask,
  { steps, upload }: Pick<TaskToHold, "steps" | "upload">,
  options: HoldOptions,
): HeldRun<TaskRun> {
  const places = namedPlaces(task.spec, steps);
  const { spec, held } = holdSteps(
    upload === undefined ? task.spec : withUpload(task.spec, { ...upload, gate: options.gate }),
    places,
    { ...options, uploadStep: uploadStep(task, upload)?.step },
  );
  const { retries: _, ...once } = run.spec; // each retry would pause again
  const { ownClone } = upload ?? {};
  const kept = ownClone === undefined
    ? once
    : { ...once, params: withParam(once.params ?? [], ownClone.revision) };
  const count = pausesOf(held).length + (upload === undefined ? 0 : 1);
  const raised = { ...run, spec: withRaisedTimeout(kept, count, clocksOf(options)) };
  const runManifest = buildTaskRun(raised, { ...task, spec });
  return { runManifest, held, upload: uploadStep(task, upload) };
}

function withUpload(spec: TaskSpec, { ownClone, ...replacement }: Replacement): TaskSpec {
  return ownClone === undefined
    ? replaceSteps(spec, replacement)
    : holdClone(spec, { ...replacement, ownClone });
}

/** Returns the task with its gates. */
function holdTask(
  pipeline: ReadPipeline,
  { steps, upload, ...given }: TaskToHold,
  options: HoldOptions,
): ChangedTask & { held: HeldStep[] } {
  const places = namedPlaces(given.task.spec, steps);
  const once = notRetried(given);
  const replaced = upload && { ...upload, gate: options.gate };
  const { target, task } = replaced === undefined
    ? once
    : standInTask({ ...replaced, ...once, pipeline });
  const { spec, held } = holdSteps(task.spec, places, {
    ...options,
    uploadStep: uploadStep(given.task, upload)?.step,
  });
  const named = held.map((one) => ({ ...one, task: target.name }));
  return { target, task: { ...task, spec }, held: named };
}

function uploadStep({ spec }: ReadTask, upload: StandInUpload | undefined): UploadStep | undefined {
  if (upload === undefined) return undefined;
  const { standIn, ownClone, isHeld = false } = upload;
  const isWhole = ownClone === undefined && standIn.replaced.length === spec.steps?.length;
  return { step: heldStep(spec, standIn), isHeld, isWhole };
}

function clocksOf({ gate, defaultTimeout }: HoldOptions): Clocks {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** Returns the possible pauses: at most one step of a task fails. */
function pausesOf(held: readonly HeldStep[]): HeldStep[] {
  return held.filter(({ mode, task }, at) =>
    mode !== "failure" || held.findIndex((one) => one.mode === mode && one.task === task) === at
  );
}
