/** Which containers' logs are shown, and in which order: pure. */
import { LABEL, type Run, type TaskRun } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { preparingContainers, shownName, stepContainers } from "../../tekton/pod_state.ts";
import { phaseOf } from "../../tekton/phase.ts";
import type { Stored } from "../../kube/interface.ts";
import { byAge } from "../../objects/object_age.ts";

export interface LogSelection {
  /** The Pipeline's tasks; empty for all. */
  readonly tasks: readonly string[];
  /** The steps: `step`, or `task/step`; empty for all. */
  readonly steps: readonly string[];
  /** Also show Tekton's own init containers. */
  readonly preparing: boolean;
}

export const EVERYTHING: LogSelection = { tasks: [], steps: [], preparing: false };

/** Returns the containers whose logs exist once they have started, in the order of their work. */
export function logContainers(pod: Pod, { preparing }: LogSelection): string[] {
  return [...preparing ? preparingContainers(pod) : [], ...stepContainers(pod)];
}

export function isSelected(
  { tasks, steps }: LogSelection,
  pod: Pod,
  container: string,
): boolean {
  const task = pod.metadata.labels?.[LABEL.pipelineTask];
  const name = shownName(container);
  return (tasks.length === 0 || tasks.includes(task ?? "")) &&
    (steps.length === 0 || steps.includes(name) || steps.includes(`${task}/${name}`));
}

/**
 * Returns the pods by the Pipeline's order of tasks, so that the attempts of a retried task follow
 * each other; the pods of one task by TaskRun, the oldest first.
 */
export function inTaskOrder(run: Run, pods: readonly Stored<Pod>[]): Stored<Pod>[] {
  const names = taskNames(run);
  const place = (pod: Pod) => {
    const at = names.indexOf(pod.metadata.labels?.[LABEL.pipelineTask] ?? "");
    return at < 0 ? names.length : at;
  };
  const aged = pods.toSorted((a, b) =>
    byAge(a, b) || compare(a.metadata.name.length, b.metadata.name.length) ||
    compare(a.metadata.name, b.metadata.name)
  );
  const taskRunOf = (pod: Pod) => pod.metadata.labels?.[LABEL.taskRun] ?? pod.metadata.name;
  const taskRuns = aged.map(taskRunOf);
  return aged.toSorted((a, b) =>
    place(a) - place(b) || taskRuns.indexOf(taskRunOf(a)) - taskRuns.indexOf(taskRunOf(b))
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the tasks of a PipelineRun, the finally tasks last; empty if they are not known yet. */
export function taskNames(run: Run): string[] {
  return pipelineTasks(run).map(({ name }) => name);
}

function pipelineTasks(run: Run) {
  if (run.kind !== "PipelineRun") return [];
  const spec = run.status?.pipelineSpec ?? run.spec.pipelineSpec ?? {};
  return [...spec.tasks ?? [], ...spec.finally ?? []];
}

/** Says why a task of a PipelineRun has no logs; undefined if it has a TaskRun. */
export function whyNoLogs(
  run: Run,
  taskRuns: readonly TaskRun[],
  task: string,
): string | undefined {
  if (run.kind !== "PipelineRun") return undefined;
  if (taskRuns.some(({ metadata }) => metadata.labels?.[LABEL.pipelineTask] === task)) {
    return undefined;
  }
  const skipped = run.status?.skippedTasks?.find(({ name }) => name === task);
  const reason = skipped?.reason === undefined ? "" : `: ${skipped.reason}`;
  const why = skipped !== undefined
    ? `it was skipped${reason}`
    : phaseOf(run).kind === "ended"
    ? "it did not run"
    : "it has not started";
  return `Task ${task} has no logs, ${why}`;
}

/** Returns the display name of the TaskRun's task. */
export function displayNameOf(run: Run, { metadata: { labels } }: Pod): string | undefined {
  if (run.kind !== "PipelineRun") return undefined;
  const child = run.status?.childReferences?.find(({ name }) => name === labels?.[LABEL.taskRun]);
  const task = pipelineTasks(run).find(({ name }) => name === labels?.[LABEL.pipelineTask]);
  return child?.displayName || task?.displayName || undefined;
}

/** Returns the names of the steps of a run's TaskRuns, as far as they are known. */
export function stepNames(taskRuns: readonly TaskRun[], pods: readonly Pod[]): string[] {
  const declared = taskRuns.flatMap(({ spec, status }) =>
    (status?.taskSpec ?? spec.taskSpec)?.steps?.map(({ name }, at) => name ?? `unnamed-${at}`) ?? []
  );
  return [...new Set([...declared, ...pods.flatMap(stepContainers).map(shownName)])];
}
