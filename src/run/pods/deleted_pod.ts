/**
 * Tells whether a held step can still be worked on. Tekton replaces a pod that is deleted while its
 * TaskRun runs by another pod of the same name: all its steps start over, a held step holds again,
 * and the old pod's files are lost.
 */
import { TransferError } from "../../errors.ts";
import { containerState } from "../../tekton/pod_state.ts";
import type { LiveRun } from "../live_run.ts";
import type { Pause } from "../../hold/pause.ts";

/** The number of deleted pods that an upload survives: it is sent to each next pod. */
const MOST_DELETED = 3;

export type PodId = Pick<Pause, "pod" | "uid">;

/** Whether the pod is deleted, or about to be. */
export function isPodGone({ pods }: LiveRun, { pod, uid }: PodId): boolean {
  const found = pods.get(pod);
  return found === undefined || found.metadata.uid !== uid ||
    found.metadata.deletionTimestamp !== undefined;
}

/** Whether the pod no longer exists, so that no exec in it can answer. */
export function hasPodLeft({ pods }: LiveRun, { pod, uid }: PodId): boolean {
  return pods.get(pod)?.metadata.uid !== uid;
}

/** Throws TransferError once too many pods of the step were deleted. */
export function checkDeletedPods(
  { namespace }: LiveRun,
  { pod, step }: Pause,
  deletedCount: number,
): void {
  if (deletedCount <= MOST_DELETED) return;
  throw new TransferError(
    `Cannot upload into step "${step}": its pod ${pod} was deleted ${deletedCount} times`,
    { hint: `kubectl get events -n ${namespace} --field-selector involvedObject.name=${pod}` },
  );
}

/** Whether the step can't continue: its TaskRun or run has ended, or its container has failed. */
export function isStepOver(live: LiveRun, pause: Pause): boolean {
  return isTaskOver(live, pause) || hasStepFailed(live, pause);
}

/** Whether the pod's TaskRun, or the whole run, has ended. */
export function isTaskOver(live: LiveRun, { pod, uid }: PodId): boolean {
  const found = live.pods.get(pod);
  return live.phase.kind === "ended" ||
    found?.metadata.uid === uid && live.hasTaskRunEnded(found);
}

export function hasStepFailed(
  { pods }: LiveRun,
  { pod, uid, container }: Pick<Pause, "pod" | "uid" | "container">,
): boolean {
  const found = pods.get(pod);
  return found?.metadata.uid === uid &&
    (containerState(found, container)?.terminated?.exitCode ?? 0) !== 0;
}

/** The receiving pod or step ended during the upload, so the upload did not arrive. */
export class ReceiverGone extends TransferError {
  constructor({ step }: Pause, why: string) {
    super(`Cannot upload into step "${step}": ${why}`, { connectionLost: true });
  }
}
