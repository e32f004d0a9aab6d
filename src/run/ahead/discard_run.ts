/** Removes a run that was created and never used. */
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { RESOURCE_OF } from "../../tekton/model.ts";
import { cancelRun } from "../cancel_run.ts";
import type { LiveRun } from "../live_run.ts";

/**
 * Deletes the run: nobody wants to read its history, and Kubernetes deletes its TaskRuns, pods and
 * claims with it, also those that Tekton creates only now. Without that right, cancels it.
 */
export async function discardRun(
  kube: Kube,
  live: Pick<LiveRun, "kind" | "namespace" | "name">,
): Promise<void> {
  const { kind, namespace, name } = live;
  try {
    await kube.delete(RESOURCE_OF[kind], namespace, name);
  } catch (error) {
    if (isStatus(error, 404)) return;
    if (!isStatus(error, 403)) throw error;
    await cancelRun(kube, live);
  }
}
