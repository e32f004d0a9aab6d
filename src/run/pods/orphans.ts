/**
 * Deletes pods that Tekton loses. When a TaskRun is cancelled while Tekton creates its pod, the
 * TaskRun ends without that pod, and the pod waits forever for Tekton's signal to start (seen with
 * Tekton 1.9). `cleanup` finds those that remain.
 *
 * To be removed once Tekton deletes such a pod: tests/scenarios/run/early_cancel.ts shows it.
 */
import type { Clock } from "../../host.ts";
import { type Kube, PODS } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { LABEL } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { phaseOf } from "../../tekton/phase.ts";
import { childrenOf } from "../../objects/children.ts";
import type { LiveRun } from "../live_run.ts";

/** The limit for the TaskRuns of a cancelled run to end. */
const END_MS = 3_000;

/**
 * Whether Tekton may be creating a pod, which a cancellation now may lose. Once a pod runs, Tekton
 * knows it.
 */
export function mayLosePod({ taskRuns, pods }: Pick<LiveRun, "taskRuns" | "pods">): boolean {
  const known = [...pods.values()].filter(({ status }) => status?.phase === "Running")
    .map(({ metadata }) => metadata.labels?.[LABEL.taskRun]);
  if (taskRuns.size === 0) return known.length === 0;
  return [...taskRuns.values()].some((run) =>
    phaseOf(run).kind === "running" && !run.status?.podName && !known.includes(run.metadata.name)
  );
}

/** Awaits the end of the cancelled run's TaskRuns, and deletes the pods that they do not name. */
export async function deleteOrphans(
  kube: Kube,
  live: LiveRun,
  limits: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const isOver = () =>
    live.phase.kind === "ended" &&
    [...live.taskRuns.values()].every((run) => phaseOf(run).kind === "ended");
  await live.within(END_MS, () => isOver() || undefined, limits);
  const pods = await kube.list<Pod>(PODS, childrenOf(live));
  const orphans = pods.filter(({ metadata: { labels, deletionTimestamp }, status }) => {
    const taskRun = live.taskRuns.get(labels?.[LABEL.taskRun] ?? "");
    return taskRun !== undefined && phaseOf(taskRun).kind === "ended" &&
      !taskRun.status?.podName && deletionTimestamp === undefined &&
      ["Pending", "Running"].includes(status?.phase ?? "");
  });
  await Promise.all(
    orphans.map(({ metadata: { namespace, name } }) =>
      kube.delete(PODS, namespace, name).catch((error) => {
        if (!isStatus(error, 403) && !isStatus(error, 404)) throw error;
      })
    ),
  );
}
