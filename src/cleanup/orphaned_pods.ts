/**
 * Pods of our runs that nothing ends any more: a TaskRun that is cancelled in the moment in which Tekton makes its pod
 * ends without it, and the pod's first step waits for a word of Tekton's that never comes (seen with Tekton 1.9).
 */
import { type Kube, PODS, type Stored } from "../kube/interface.ts";
import { LABEL, type Pod, type TaskRun } from "../tekton/model.ts";
import { phaseOf } from "../tekton/phase.ts";
import { OWN_LABEL } from "../objects/own.ts";

/** Tekton deletes the pod of a run that it has seen to end within seconds. */
const SETTLED_SECONDS = 120;

/** Throws ClusterError where pods may not be listed. `taskRuns` are all of ours. */
export async function orphanedPods(
  kube: Kube,
  { namespace, taskRuns, nowMs }: {
    namespace: string;
    taskRuns: readonly TaskRun[];
    nowMs: number;
  },
): Promise<Stored<Pod>[]> {
  const ended = new Set(
    taskRuns.filter((run) => phaseOf(run).kind === "ended").map(({ metadata }) => keyOf(metadata)),
  );
  const pods = await kube.list<Pod>(PODS, { namespace, labels: OWN_LABEL });
  return pods.filter(({ metadata, status }) => {
    const { labels, creationTimestamp = "", deletionTimestamp } = metadata;
    const taskRun = labels?.[LABEL.taskRun];
    const isAlive = deletionTimestamp === undefined &&
      ["Pending", "Running"].includes(status?.phase ?? "");
    const seconds = (nowMs - Date.parse(creationTimestamp)) / 1000;
    return isAlive && seconds > SETTLED_SECONDS && taskRun !== undefined &&
      ended.has(keyOf({ namespace: metadata.namespace, name: taskRun }));
  });
}

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
