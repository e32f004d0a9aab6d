/** Selects and reads the pods and TaskRuns of a run. */
import { type Kube, PODS, type Selector } from "../kube/interface.ts";
import { LABEL, type PipelineRun, type Pod, TASK_RUNS, type TaskRun } from "../tekton/model.ts";
import { byAge } from "./object_age.ts";

type Kind = "PipelineRun" | "TaskRun";

/** Returns the selector for the run's pods, and for a PipelineRun's TaskRuns. */
export function childrenOf(
  { kind, name, namespace }: { kind: Kind; name: string; namespace: string },
): Selector {
  const label = kind === "PipelineRun" ? LABEL.pipelineRun : LABEL.taskRun;
  return { namespace, labels: `${label}=${name}` };
}

/** Returns the pods, oldest first, and the TaskRuns; a TaskRun is its own only TaskRun. */
export async function readChildren(
  kube: Kube,
  run: PipelineRun | TaskRun,
): Promise<{ pods: Pod[]; taskRuns: TaskRun[] }> {
  const { name, namespace } = run.metadata as { name: string; namespace: string };
  const kind = run.kind as Kind;
  const children = childrenOf({ kind, name, namespace });
  const [pods, taskRuns] = await Promise.all([
    kube.list<Pod>(PODS, children),
    kind === "PipelineRun" ? kube.list<TaskRun>(TASK_RUNS, children) : [run as TaskRun],
  ]);
  return { pods: pods.toSorted(byAge), taskRuns };
}
