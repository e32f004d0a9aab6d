/** A Pipeline's tasks and a Task's steps by their names, and which of them can be held: pure. */
import { UsageError } from "../errors.ts";
import type { PipelineSpec, PipelineTask, Step, TaskSpec } from "./model.ts";
import { usedTaskResults } from "./references.ts";

/** Throws UsageError for one that is not there. */
export function findTask(owner: string, spec: PipelineSpec, asked: string): PipelineTask {
  const tasks = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const task = tasks.find((task) => task.name === asked);
  if (task !== undefined) return task;
  throw new UsageError(`Cannot find task "${asked}": ${owner} has no such task`, {
    hint: `its tasks: ${tasks.map((task) => task.name).join(", ")}`,
  });
}

/** The tasks that this one runs after, by runAfter or by using their results. */
export function dependencies(task: PipelineTask): string[] {
  const { taskSpec: _, ...outside } = task;
  return [...new Set([...(task.runAfter ?? []), ...usedTaskResults(outside)])];
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
