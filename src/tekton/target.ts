/** Which of a Pipeline's tasks, and which of a Task's steps, the upload stands in for: pure. */
import { UsageError } from "../errors.ts";
import type { PipelineSpec, PipelineTask, Step, TaskSpec } from "./model.ts";
import { usedTaskResults } from "./references.ts";

/** The task asked for, else the one that plainly is the clone; `chosen` says why it was taken. */
export function chooseTask(
  owner: string,
  spec: PipelineSpec,
  asked: string | undefined,
): { task: PipelineTask; chosen?: string } {
  const tasks = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const names = tasks.map((task) => task.name).join(", ");
  if (asked !== undefined) {
    const task = tasks.find((task) => task.name === asked);
    if (task !== undefined) return { task };
    throw new UsageError(`Cannot find task "${asked}": ${owner} has no such task`, {
      hint: `its tasks: ${names}`,
    });
  }
  const clones = (spec.tasks ?? []).filter(isClone);
  if (clones.length === 1) return { task: clones[0], chosen: "it clones the repository" };
  const source = clones.length === 0 ? soleSource(spec) : undefined;
  if (source !== undefined) {
    const workspace = source.workspace;
    return { task: source.task, chosen: `it fills the workspace "${workspace}" for all others` };
  }
  throw new UsageError(`Cannot tell which task of ${owner} the upload stands in for`, {
    hint: `name it with --on-task; its tasks: ${names}`,
  });
}

/** Its Task is, or it is named like, git-clone: `taskRef.name`, a resolver's `name` param, or its own name. */
function isClone(task: PipelineTask): boolean {
  const resolved = task.taskRef?.params?.find((param) => param.name === "name")?.value;
  return [task.name, task.taskRef?.name, resolved].some((name) =>
    typeof name === "string" && /(^|[-_.])git[-_]?clone([-_.]|$)/i.test(name)
  );
}

/** The one task that all others run after, where they all use one workspace of its. */
function soleSource(spec: PipelineSpec): { task: PipelineTask; workspace: string } | undefined {
  const tasks = spec.tasks ?? [];
  if (tasks.length < 2) return undefined;
  const roots = tasks.filter((task) => dependencies(task).length === 0);
  if (roots.length !== 1) return undefined;
  const shared = workspacesOf(roots[0]).filter((name) =>
    tasks.every((task) => workspacesOf(task).includes(name))
  );
  return shared.length === 1 ? { task: roots[0], workspace: shared[0] } : undefined;
}

/** The tasks that this one runs after, by runAfter or by using their results. */
export function dependencies(task: PipelineTask): string[] {
  const { taskSpec: _, ...outside } = task;
  return [...new Set([...(task.runAfter ?? []), ...usedTaskResults(outside)])];
}

/** The Pipeline's workspaces that a task uses; without `workspace` it is the one of the same name. */
function workspacesOf(task: PipelineTask): string[] {
  return (task.workspaces ?? []).map((workspace) => workspace.workspace ?? workspace.name);
}

/** Throws UsageError for a task that can't be held, with the reason. */
export function checkHoldable(owner: string, task: PipelineTask): void {
  const why = whyNotHoldable(task);
  if (why === undefined) return;
  throw new UsageError(`Cannot hold task "${task.name}" of ${owner}: ${why}`, {
    hint: "choose another --on-task",
  });
}

function whyNotHoldable(task: PipelineTask): string | undefined {
  if (task.matrix !== undefined) {
    return "it is a matrix, which would be held once for each combination";
  }
  if (task.pipelineRef !== undefined || task.pipelineSpec !== undefined) {
    return "it is a Pipeline in a Pipeline";
  }
  const { apiVersion, kind } = task.taskRef ?? task.taskSpec ?? {};
  const custom = apiVersion !== undefined && kind !== undefined &&
    !(kind === "Task" && apiVersion.startsWith("tekton.dev/") && task.taskSpec !== undefined);
  if (custom || (kind !== undefined && kind !== "" && kind !== "Task")) {
    return `it is a custom task (${kind}), which has no pod`;
  }
  return undefined;
}

/** The step asked for by name, or the first one; and where it stands. */
export function chooseStep(
  owner: string,
  spec: TaskSpec,
  asked: string | undefined,
): { step: Step; index: number } {
  const steps = spec.steps ?? [];
  checkWindows(owner, steps);
  if (asked === undefined) return { step: steps[0], index: 0 };
  const index = steps.findIndex((step, at) => stepName(step, at) === asked);
  if (index >= 0) return { step: steps[index], index };
  throw new UsageError(`Cannot find step "${asked}": ${owner} has no such step`, {
    hint: `its steps: ${steps.map(stepName).join(", ")}`,
  });
}

/** A pod is of one operating system. */
function checkWindows(owner: string, steps: readonly Step[]): void {
  const at = steps.findIndex((step) => step.script?.startsWith("#!win"));
  if (at < 0) return;
  throw new UsageError(
    `Cannot hold a step of ${owner}: step "${stepName(steps[at], at)}" is for Windows`,
    { hint: "the scripts that hold a step are for sh: only Linux can be held" },
  );
}

/** Tekton calls an unnamed step by its place. */
export function stepName(step: Step, index: number): string {
  return step.name === undefined || step.name === "" ? `unnamed-${index}` : step.name;
}
