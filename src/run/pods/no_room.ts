/** Tells whether the cluster has no room for a run's next pod. Pure. */
import { succeededOf } from "../../tekton/phase.ts";
import type { LiveRun } from "../live_run.ts";
import { obstacleOf } from "./obstacle.ts";

type Read = Parameters<typeof obstacleOf>[0];

/** Messages of the scheduler that another pod may be the reason for. */
const NO_ROOM = /Insufficient |Too many pods|ReadWriteOncePod/;

/** Returns in words why a pod of the run finds no place; undefined if each has one. */
export function whyNoRoom(live: Read): string | undefined {
  for (const { metadata, status } of live.pods.values()) {
    const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
    const { message = "" } = scheduled ?? {};
    if (scheduled?.status === "False" && NO_ROOM.test(message)) {
      return `pod ${metadata.name}: ${message}`;
    }
  }
  const isOverQuota = [...live.taskRuns.values()].some((run) =>
    succeededOf(run)?.reason === "ExceededResourceQuota"
  );
  return isOverQuota ? obstacleOf(live)?.text : undefined;
}

/** Resolves with the reason once the run finds no room; rejects as `live.until` does. */
export function findsNoRoom(live: LiveRun, signal: AbortSignal): Promise<string> {
  return live.until(() => live.phase.kind === "ended" ? undefined : whyNoRoom(live), signal);
}
