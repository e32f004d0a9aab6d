/**
 * A pod that is deleted while its TaskRun goes on is made again by Tekton, under the same name: its steps
 * start over, what was held holds again, and what only that pod had is lost.
 */
import { TransferError } from "../errors.ts";
import { containerState } from "../tekton/pod_state.ts";
import { hasTaskRunEnded } from "./logs/follow.ts";
import type { LiveRun } from "./live_run.ts";
import type { Pause } from "../hold/pause.ts";

/** So often what was sent to a pod that is gone is sent to the next one. */
const MOST_AGAIN = 3;

export type PodOf = Pick<Pause, "pod" | "uid">;

/** It is deleted, or about to be. */
export function isPodGone({ pods }: LiveRun, { pod, uid }: PodOf): boolean {
  const there = pods.get(pod);
  return there === undefined || there.metadata.uid !== uid ||
    there.metadata.deletionTimestamp !== undefined;
}

/** Whether there is no such pod any more: nothing can be heard of it. */
export function hasPodLeft({ pods }: LiveRun, { pod, uid }: PodOf): boolean {
  return pods.get(pod)?.metadata.uid !== uid;
}

/** Throws TransferError for a pod that is deleted again and again. */
export function checkPodsGone({ namespace }: LiveRun, { pod, step }: Pause, times: number): void {
  if (times <= MOST_AGAIN) return;
  throw new TransferError(
    `Cannot upload into step "${step}": its pod ${pod} was deleted ${times} times`,
    { hint: `kubectl get events -n ${namespace} --field-selector involvedObject.name=${pod}` },
  );
}

/** Whether the step can't go on: its TaskRun or its run has ended, or its container did, with an error. */
export function isStepOver(live: LiveRun, pause: Pause): boolean {
  return isTaskOver(live, pause) || hasStepFailed(live, pause);
}

/** Whether its TaskRun, or the whole run, has ended. */
export function isTaskOver(live: LiveRun, { pod, uid }: PodOf): boolean {
  const there = live.pods.get(pod);
  return live.phase.kind === "ended" ||
    there?.metadata.uid === uid && hasTaskRunEnded(live, there);
}

export function hasStepFailed(
  { pods }: LiveRun,
  { pod, uid, container }: Pick<Pause, "pod" | "uid" | "container">,
): boolean {
  const there = pods.get(pod);
  return there?.metadata.uid === uid &&
    (containerState(there, container)?.terminated?.exitCode ?? 0) !== 0;
}

/** What is sent to a pod that leaves meanwhile, or to a step that ends, did not arrive. */
export class ReceiverGone extends TransferError {
  constructor({ step }: Pause, why: string) {
    super(`Cannot upload into step "${step}": ${why}`, { connectionLost: true });
  }
}
