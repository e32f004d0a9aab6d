/**
 * Lowers an upload into a Task to an ordinary TaskRun with the Task's spec inline: the named step
 * replaced by the gate, or the gate put before the first step. Every other step stays as it is.
 */
import { bareStep, type Gate, gateStep, withGateVolume } from "./gate_step.ts";
import { ownAnnotations } from "./lower_pipeline.ts";
import type { Param, Step, Task, TaskRun, TaskSpec, WorkspaceBinding } from "./model.ts";
import { LABEL } from "./model.ts";
import { replaceVariable } from "./references.ts";
import { stepName } from "./target.ts";

export interface TaskUpload {
  readonly task: Task;
  /** The step that is stood in for; undefined: none, the upload comes before the first. */
  readonly step?: { step: Step; index: number };
  readonly workspace: string;
  readonly gate: Gate;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  readonly serviceAccount?: string;
}

/** The name of the step that is put before the first one, as far as the Task has none like it. */
const UPLOAD_STEP = "upload";

export function lowerTask(upload: TaskUpload): TaskRun {
  const { task } = upload;
  const name = task.metadata.name!;
  return {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: {
      generateName: `${name}-run-`,
      namespace: upload.namespace,
      labels: { ...task.metadata.labels, [LABEL.task]: name },
      annotations: ownAnnotations(task.metadata.annotations),
    },
    spec: {
      taskSpec: replaceVariable(holdStep(upload), "context.task.name", name),
      params: upload.params,
      workspaces: upload.workspaces,
      ...(upload.serviceAccount === undefined ? {} : { serviceAccountName: upload.serviceAccount }),
    },
  };
}

/** The name of the step that will hold. */
export function heldStep({ task, step }: Pick<TaskUpload, "task" | "step">): string {
  if (step !== undefined) return stepName(step.step, step.index);
  const names = (task.spec.steps ?? []).map(stepName);
  let name = UPLOAD_STEP;
  for (let at = 2; names.includes(name); at++) name = `${UPLOAD_STEP}-${at}`;
  return name;
}

function holdStep(upload: TaskUpload): TaskSpec {
  const { task, step, workspace, gate } = upload;
  const spec = withoutTemplateCommand(task.spec);
  // An unnamed step is called by its place, which a step before it would shift.
  const steps = (spec.steps ?? []).map((one, at) => ({ ...one, name: stepName(one, at) }));
  if (step === undefined) {
    const place = { ...bareStep(steps[0]), ...mountsOf(steps[0], workspace) };
    steps.unshift(gateStep(place, heldStep(upload), workspace, gate) as typeof steps[0]);
  } else {
    const { when: _, onError: __, timeout: ___, ...held } = steps[step.index];
    steps[step.index] = gateStep(held, held.name, workspace, gate) as typeof steps[0];
  }
  return withGateVolume({ ...spec, steps }, gate);
}

/** Where one step asks for a workspace by itself, only those that ask get it: so must ours. */
function mountsOf(step: Step, workspace: string): Partial<Step> {
  const asked = step.workspaces?.find((one) => one.name === workspace);
  return asked === undefined ? {} : { workspaces: [asked] };
}

/**
 * A template's command would meet the gate's script, and Tekton refuses a step with both:
 * moved into the steps that relied on it. Empty ones of their own do not hide the template's.
 */
function withoutTemplateCommand(spec: TaskSpec): TaskSpec {
  const { command, args, ...template } = spec.stepTemplate ?? {};
  if (command === undefined && args === undefined) return spec;
  const steps = spec.steps?.map((step) =>
    step.ref !== undefined ? step : {
      ...step,
      ...(command !== undefined && !step.command?.length && step.script === undefined
        ? { command }
        : {}),
      ...(args !== undefined && !step.args?.length ? { args } : {}),
    }
  );
  return { ...spec, stepTemplate: template, steps };
}
