/**
 * Lowers an upload into a Task to an ordinary TaskRun of a Task like it: the named step
 * replaced by the gate, or the gate put before the first step. Every other step stays as it is.
 */
import { bareStep, type Gate, gateStep, preparedForGate, withGateVolume } from "./gate_step.ts";
import type { Param, Step, Task, TaskRun, TaskSpec, WorkspaceBinding } from "./model.ts";
import { newTaskRun } from "./new_run.ts";
import { type Placement, placeTaskRun } from "./place.ts";
import { stepName } from "./target.ts";
import { withRaisedTimeout } from "./timeouts.ts";

export interface TaskUpload {
  readonly task: Task;
  /** The step that is stood in for; undefined: none, the upload comes before the first. */
  readonly step?: { step: Step; index: number };
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

/** The name of the step that is put before the first one, as far as the Task has none like it. */
const UPLOAD_STEP = "upload";

export function lowerTask(upload: TaskUpload): Placement<TaskRun> {
  const { task, gate, defaultTimeout } = upload;
  const run = newTaskRun({ ...upload, name: task.metadata.name! });
  const clocks = { pauseSeconds: gate.pauseSeconds, defaultTimeout };
  const raised = { ...run, spec: withRaisedTimeout(run.spec, 1, clocks) };
  return placeTaskRun(raised, { ...task, spec: holdStep(upload) });
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
  const { task, step, gate, workspace, image } = upload;
  const spec = preparedForGate(task.spec);
  const name = heldStep(upload);
  if (step === undefined) {
    const place = { ...bareStep(spec.steps[0]), ...mountsOf(spec.steps[0], workspace) };
    const steps = [gateStep(place, name, { gate, workspace, image }), ...spec.steps];
    return withGateVolume({ ...spec, steps }, gate);
  }
  // The upload is to take place whatever these say of the step that it stands in for.
  const { when: _, onError: __, timeout: ___, ...held } = spec.steps[step.index];
  const steps = spec.steps.with(
    step.index,
    gateStep(held, name, { gate, workspace, image }) as typeof held,
  );
  return withGateVolume({ ...spec, steps }, gate);
}

/** Where one step asks for a workspace by itself, only those that ask get it: so must ours. */
function mountsOf(step: Step, workspace: string): Partial<Step> {
  const asked = step.workspaces?.find((one) => one.name === workspace);
  return asked === undefined ? {} : { workspaces: [asked] };
}
