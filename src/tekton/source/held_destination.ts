/** Chooses the upload's target in a run that already holds before its clone step. Pure. */
import { paramsOf, taskParamName } from "../breakpoint/held_facts.ts";
import { ownWork } from "../../step/gate_script.ts";
import type { Step, TaskRun, TaskSpec } from "../model.ts";
import { type MountedWorkspace, usableWorkspaces } from "../workspaces.ts";
import { chooseDestination } from "./destination.ts";
import { taskParams, withKnownDirectory } from "./known_params.ts";
import { isClone, standInFor } from "./stand_in.ts";

export interface HeldPlace {
  readonly path: string;
  readonly directory: string;
}

/** Returns the path of the place in the container. */
export function pathOf({ path, directory }: HeldPlace): string {
  return directory === "." ? path : `${path}/${directory}`;
}

export interface HeldDestinationOptions {
  /** The step's owner, for messages. */
  readonly owner: string;
  /** The name of the step. */
  readonly step: string;
  readonly mounted: readonly MountedWorkspace[];
  /** --on-workspace */
  readonly workspace?: string;
}

/**
 * Returns the path and directory as Tekton has filled them in. Undefined if the Task does not
 * clone, or clones in another step. Throws UsageError like chooseDestination.
 */
export function heldDestination(
  taskRun: TaskRun,
  { owner, step, mounted, workspace }: HeldDestinationOptions,
): HeldPlace | undefined {
  const { spec, status, metadata } = taskRun;
  const given = status?.taskSpec ?? spec.taskSpec;
  if (given === undefined) return undefined;
  const task = ownSpec(metadata, given);
  if (!isClone(task)) return undefined;
  const writable = mounted.filter(({ whyReadOnly }) => whyReadOnly === undefined);
  const workspaces = (task.workspaces ?? []).map((workspace) => ({
    workspace,
    binding: writable.some(({ name }) => name === workspace.name)
      ? spec.workspaces?.find(({ name }) => name === workspace.name)
      : undefined,
  }));
  const at = task.steps?.findIndex(({ name }) => name === step) ?? -1;
  const isShared = workspace !== undefined || usableWorkspaces(workspaces).length > 0;
  const { replaced } = standInFor(task, { owner, evidence: "interface", isShared });
  if (at < 0 || !replaced.includes(at)) return undefined;
  const destination = chooseDestination(task, { replaced: [at], at }, {
    owner,
    workspaces,
    workspace,
  });
  const { scope, path, directory } = withKnownDirectory(
    task,
    destination,
    taskParams(task, paramsOf(taskRun)),
  );
  if (scope.kind === "volume") return { path, directory };
  const found = mounted.find(({ name }) => name === scope.name);
  return found && { path: found.path, directory };
}

/** Whether the Task clones, whatever gates its steps have. */
export function isHeldClone(spec: TaskSpec): boolean {
  return isClone({ ...spec, steps: spec.steps?.map(ownStep) });
}

/** Returns the spec without the gates: its own names of params, its own scripts and volumes. */
function ownSpec(metadata: TaskRun["metadata"], spec: TaskSpec): TaskSpec {
  return {
    ...spec,
    params: spec.params?.map((param) => ({ ...param, name: taskParamName(metadata, param.name) })),
    steps: spec.steps?.map(ownStep),
    volumes: spec.volumes?.filter(({ name }) => !name.startsWith("tkn-dev-")),
  };
}

/** Returns the step with its own script or command line in place of a gate. */
function ownStep(step: Step): Step {
  const work = step.script === undefined ? undefined : ownWork(step.script, step.args);
  if (work === undefined) return step;
  const { script: _, args: __, ...kept } = step;
  return work.script === undefined
    ? { ...kept, command: [...work.args] }
    : { ...kept, script: work.script, args: [...work.args] };
}
