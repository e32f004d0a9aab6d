/**
 * Finds orphaned pods of this program's runs. When a TaskRun is cancelled at the moment in which
 * Tekton creates its pod, the TaskRun ends without the pod, and the pod's first step waits forever
 * for Tekton's signal to start (seen with Tekton 1.9). Tekton also leaves the pod of a run that it
 * ends because a container cannot be made (CreateContainerConfigError).
 */
import { type Kube, PODS, type Stored } from "../kube/interface.ts";
import { LABEL, type TaskRun } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { phaseOf } from "../tekton/phase.ts";
import { OWN_LABEL } from "../objects/marks.ts";

/** Tekton normally deletes the pod of a cancelled run within seconds. */
const SETTLED_SECONDS = 120;

/**
 * `taskRuns` are all TaskRuns of this program. Throws ClusterError if the user may not list pods.
 */
export async function findOrphanedPods(
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
