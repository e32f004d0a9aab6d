/**
 * Lowers an upload into one task of a Pipeline to an ordinary PipelineRun, in which the target is
 * reduced to one step, the gate. So little is kept of the target that
 * little could change its meaning: where and as whom its step runs, the workspace, the results.
 * Everything else is the Pipeline's own, word by word.
 */
import { bareStep, type Gate, gateStep, withGateVolume } from "./gate_step.ts";
import type { ReadTask } from "./inline_task.ts";
import type {
  Param,
  ParamSpec,
  Pipeline,
  PipelineRun,
  PipelineTask,
  Step,
  TaskSpec,
  WorkspaceBinding,
} from "./model.ts";
import { newPipelineRun } from "./new_run.ts";
import { type ChangedTask, notRetried, type Placement, placePipelineRun } from "./place.ts";
import { usedParams } from "./references.ts";
import { dependencies, stepName } from "./target.ts";
import { type Clocks, raiseRunTimeouts, withRaisedTimeout } from "./timeouts.ts";

export interface PipelineUpload {
  readonly pipeline: Pipeline;
  readonly target: PipelineTask;
  readonly task: ReadTask;
  readonly step: { step: Step; index: number };
  /** The Task's workspace that takes the upload. */
  readonly workspace: string;
  /** The image that takes the upload, where it is not the step's own. */
  readonly image?: string;
  readonly gate: Gate;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  /** Of the run. */
  readonly labels?: Record<string, string>;
  readonly serviceAccount?: string;
  /** Of runs that name none, see Clocks. */
  readonly defaultTimeout?: string;
}

export function lowerPipeline(upload: PipelineUpload): Placement<PipelineRun> {
  const { pipeline } = upload;
  const run = newPipelineRun({ ...upload, name: pipeline.metadata.name! });
  const raised = raiseRunTimeouts(run, pipeline.spec, [upload.target.name], clocksOf(upload));
  return placePipelineRun(raised, pipeline, [reduce(upload)]);
}

/** The target with a Task of one step, the gate, and what of its params and workspaces that needs. */
function reduce(upload: PipelineUpload): ChangedTask {
  const { task } = upload;
  const { target: { timeout: _, ...target } } = notRetried(upload);
  const bare = bareTask(upload);
  const declared = task.spec.params ?? [];
  const used = neededParams(bare, declared);
  const isUsed = ({ name }: { name: string }) => used.includes(name);
  const spec = { ...bare, params: declared.filter(isUsed) };
  const reduced = {
    ...target,
    params: (target.params ?? []).filter(isUsed),
    workspaces: (target.workspaces ?? []).filter((one) => one.name === upload.workspace),
    // Params that went away may have been what ordered this task after others.
    runAfter: runAfter(upload),
  };
  return {
    target: withRaisedTimeout(reduced as PipelineTask, 1, clocksOf(upload)),
    task: { ...task, spec },
  };
}

function clocksOf({ gate, defaultTimeout }: PipelineUpload): Clocks {
  return { pauseSeconds: gate.pauseSeconds, defaultTimeout };
}

/** The params that the spec refers to, and those that their defaults refer to. */
function neededParams(spec: TaskSpec, declared: ParamSpec[]): string[] {
  const names = declared.map((param) => param.name);
  let needed = usedParams(spec, names);
  for (let count = -1; count !== needed.length;) {
    count = needed.length;
    const defaults = declared.filter((param) => needed.includes(param.name))
      .map((param) => param.default);
    needed = usedParams([spec, defaults], names);
  }
  return needed;
}

/** A finally task can't run after anything. */
function runAfter({ target, pipeline }: PipelineUpload): string[] | undefined {
  const inFinally = pipeline.spec.finally?.some((task) => task.name === target.name);
  return inFinally ? undefined : dependencies(target);
}

/** The Task as one step, the gate, with the workspace and the results. */
function bareTask({ task, step, workspace, image, gate }: PipelineUpload): TaskSpec {
  const name = stepName(step.step, step.index);
  const template = bareStep(task.spec.stepTemplate ?? {});
  return withGateVolume({
    workspaces: (task.spec.workspaces ?? []).filter((one) => one.name === workspace),
    results: task.spec.results?.map(({ value: _, ...result }) => result),
    ...(Object.keys(template).length === 0 ? {} : { stepTemplate: template }),
    steps: [gateStep(bareStep(step.step), name, { workspace, image, gate })],
  }, gate);
}
