/** Selects and reads the pods and TaskRuns of a run. */
import { type Kube, PODS, type Selector, type Stored } from "../kube/interface.ts";
import { LABEL, type Run, type RunKind, TASK_RUNS, type TaskRun } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { byAge } from "./object_age.ts";

/** Returns the selector for the run's pods, and for a PipelineRun's TaskRuns. */
export function childrenOf(
  { kind, name, namespace }: { kind: RunKind; name: string; namespace: string },
): Selector {
  const label = kind === "PipelineRun" ? LABEL.pipelineRun : LABEL.taskRun;
  return { namespace, labels: `${label}=${name}` };
}

export interface Children {
  readonly pods: readonly Stored<Pod>[];
  readonly taskRuns: readonly Stored<TaskRun>[];
}

/** Returns the pods, oldest first, and the TaskRuns; a TaskRun is its own only TaskRun. */
export async function readChildren(kube: Kube, run: Stored<Run>): Promise<Children> {
  const { name, namespace } = run.metadata;
  const children = childrenOf({ kind: run.kind, name, namespace });
  const [pods, taskRuns] = await Promise.all([
    kube.list<Pod>(PODS, children),
    run.kind === "PipelineRun" ? kube.list<TaskRun>(TASK_RUNS, children) : [run],
  ]);
  return { pods: pods.toSorted(byAge), taskRuns };
}
