/** Finds a Pipeline's tasks and a Task's steps by name, and checks that they can be held. Pure. */
import { UsageError } from "../errors.ts";
import type { PipelineSpec, PipelineTask, Step, TaskSpec } from "./model.ts";
import { usedTaskResults } from "./references.ts";

/** A step by its names. */
export interface StepPlace {
  /** The Pipeline's task; undefined in a TaskRun. */
  readonly task?: string;
  readonly step: string;
}

/** Throws UsageError if the Pipeline has no such task. */
export function findTask(owner: string, spec: PipelineSpec, asked: string): PipelineTask {
  const tasks = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const task = tasks.find((task) => task.name === asked);
  if (task !== undefined) return task;
  throw new UsageError(`Cannot find task "${asked}": ${owner} has no such task`, {
    hint: `its tasks: ${tasks.map((task) => task.name).join(", ")}`,
  });
}

/** Returns the tasks that this one runs after, by runAfter or by using their results. */
export function dependencies(task: PipelineTask): string[] {
  const { taskSpec: _, ...outside } = task;
  return [...new Set([...(task.runAfter ?? []), ...usedTaskResults(outside)])];
}

/** Throws UsageError with the reason if the task can't be held. */
export function checkHoldable(owner: string, task: PipelineTask): void {
  const why = whyNotHoldable(task);
  if (why === undefined) return;
  throw new UsageError(`Cannot hold task "${task.name}" of ${owner}: ${why}`, {
    hint: why === OF_CLUSTER
      ? "refer to a Task of the namespace, or to one of another namespace by the resolver cluster"
      : "choose another --on-task",
  });
}

const OF_CLUSTER = "it refers to a ClusterTask, which newer versions of Tekton do not have";

function whyNotHoldable(task: PipelineTask): string | undefined {
  if (task.matrix !== undefined) {
    return "it is a matrix, which would be held once for each combination";
  }
  if (task.pipelineRef !== undefined || task.pipelineSpec !== undefined) {
    return "it is a Pipeline in a Pipeline";
  }
  const { apiVersion, kind } = task.taskRef ?? task.taskSpec ?? {};
  if (kind === "ClusterTask" && (apiVersion ?? "tekton.dev/").startsWith("tekton.dev/")) {
    return OF_CLUSTER;
  }
  const custom = apiVersion !== undefined && kind !== undefined &&
    !(kind === "Task" && apiVersion.startsWith("tekton.dev/") && task.taskSpec !== undefined);
  if (custom || (kind !== undefined && kind !== "" && kind !== "Task")) {
    return `it is a custom task (${kind}), which has no pod`;
  }
  return undefined;
}

/** Returns the step of the given name, or the first one, with its index. */
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

/** Throws if any step is for Windows: all containers of a pod run on one operating system. */
function checkWindows(owner: string, steps: readonly Step[]): void {
  const at = steps.findIndex((step) => step.script?.startsWith("#!win"));
  if (at < 0) return;
  throw new UsageError(
    `Cannot hold a step of ${owner}: step "${stepName(steps[at], at)}" is for Windows`,
    { hint: "the scripts that hold a step are for sh: only Linux can be held" },
  );
}

/** Returns the step's name; Tekton names an unnamed step by its index. */
export function stepName(step: Step, index: number): string {
  return step.name === undefined || step.name === "" ? `unnamed-${index}` : step.name;
}
