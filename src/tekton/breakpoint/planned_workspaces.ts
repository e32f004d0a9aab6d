/** The workspaces that a held step will mount, by the manifest of its run. Pure. */
import { runWorkspaces, taskWorkspaces } from "../handed_down.ts";
import type {
  PipelineRun,
  Step,
  TaskRun,
  TaskSpec,
  TaskWorkspace,
  WorkspaceBinding,
} from "../model.ts";
import { type MountedWorkspace, READ_ONLY_MOUNT, whyReadOnly } from "../workspaces.ts";
import type { HeldStep } from "./hold_steps.ts";

export type PlannedWorkspace = Pick<MountedWorkspace, "name" | "whyReadOnly">;

export interface PlannedStep {
  /** As the gates leave it. */
  readonly task: TaskSpec;
  readonly workspaces: readonly PlannedWorkspace[];
  /** Whether the step mounts volumes of its Task, which an upload may go to as well. */
  readonly hasVolumes: boolean;
}

/** Takes a run whose specs are inline. Returns undefined for a step that it does not have. */
export function plannedStep(
  run: PipelineRun | TaskRun,
  held: Pick<HeldStep, "task" | "step">,
): PlannedStep | undefined {
  const found = taskOf(run, held.task);
  const step = found?.task.steps?.find(({ name }) => name === held.step);
  if (found === undefined || step === undefined) return undefined;
  const { task, all, bindingOf } = found;
  const workspaces = all.flatMap((workspace): PlannedWorkspace[] => {
    const { name } = workspace;
    const binding = bindingOf(name);
    if (binding === undefined || !isMounted(name, step, task)) return [];
    const why = workspace.readOnly ? READ_ONLY_MOUNT : whyReadOnly(binding);
    return [why === undefined ? { name } : { name, whyReadOnly: why }];
  });
  const mounts = [...step.volumeMounts ?? [], ...task.stepTemplate?.volumeMounts ?? []];
  return { task, workspaces, hasVolumes: mounts.some(({ name }) => !name.startsWith("tkn-dev-")) };
}

interface FoundTask {
  readonly task: TaskSpec;
  /** Its workspaces, also those that it does not declare. */
  readonly all: readonly TaskWorkspace[];
  /** Returns the run's binding of the Task's workspace. */
  readonly bindingOf: (workspace: string) => WorkspaceBinding | undefined;
}

function taskOf(run: PipelineRun | TaskRun, name: string | undefined): FoundTask | undefined {
  const bound = (name: string) => run.spec.workspaces?.find((binding) => binding.name === name);
  if (run.kind === "TaskRun") {
    const task = run.spec.taskSpec;
    const all = task && runWorkspaces(task, run.spec.workspaces ?? []);
    return all && { task, all, bindingOf: bound };
  }
  const { tasks = [], finally: last = [] } = run.spec.pipelineSpec ?? {};
  const found = [...tasks, ...last].find((task) => task.name === name);
  const task = found?.taskSpec;
  const all = task && taskWorkspaces(found!, task);
  // Tekton hands the run's workspace of the same name down to a Task that is inline.
  const outer = (name: string) => {
    const use = found?.workspaces?.find((one) => one.name === name);
    return use?.workspace ?? name;
  };
  return all && { task, all, bindingOf: (name) => bound(outer(name)) };
}

/** If any step or sidecar lists a workspace itself, only those that list it get it. */
function isMounted(name: string, step: Step, { steps = [], sidecars = [] }: TaskSpec): boolean {
  const lists = (one: { workspaces?: unknown }) =>
    (one.workspaces as { name: string }[] | undefined)?.some((use) => use.name === name) ?? false;
  return lists(step) || ![...steps, ...sidecars].some(lists);
}
