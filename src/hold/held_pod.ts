/** Asks the cluster, without a watch, whether the pod of a held step still exists. */
import { ClusterError, ExpectedError } from "../errors.ts";
import { type Kube, PODS } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { RESOURCE_OF, type Run, type RunName } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { isBeingCancelled, phaseOf } from "../tekton/phase.ts";
import type { Pause } from "./pause.ts";

/** Returns undefined if the cluster does not say. A pod that is being deleted does not count. */
export async function hasPod(
  kube: Kube,
  { namespace, pod, uid }: Pick<Pause, "namespace" | "pod" | "uid">,
): Promise<boolean | undefined> {
  try {
    const { metadata } = await kube.get<Pod>(PODS, namespace, pod);
    return metadata.uid === uid && metadata.deletionTimestamp === undefined;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return isStatus(error, 404) ? false : undefined;
  }
}

/**
 * Returns the error to throw if an action failed because the pod was deleted; undefined if the pod
 * exists, or the cluster does not say. `action` names what failed ("upload into step ..."), `again`
 * is the command to type once another pod holds.
 */
export async function podGoneError(
  kube: Kube,
  pause: Pause,
  { run, action, again }: { run: RunName; action: string; again: string },
): Promise<ClusterError | undefined> {
  if (await hasPod(kube, pause) !== false) return undefined;
  const { kind, name } = run;
  const wasDeleted = `Cannot ${action}: its pod ${pause.pod} was deleted`;
  try {
    const found = await kube.get<Run>(RESOURCE_OF[kind], pause.namespace, name);
    if (phaseOf(found).kind === "ended") {
      return new ClusterError(`${wasDeleted}, because ${kind} "${name}" has ended`);
    }
    if (isBeingCancelled(found)) {
      return new ClusterError(`${wasDeleted}, because ${kind} "${name}" is cancelled`);
    }
    if (found.metadata.deletionTimestamp === undefined) {
      const hint = `Tekton recreates it; once the new pod holds: ${again}`;
      return new ClusterError(wasDeleted, { hint });
    }
  } catch (error) {
    if (!isStatus(error, 404)) return new ClusterError(wasDeleted);
  }
  return new ClusterError(`Cannot ${action}: ${kind} "${name}" was deleted`, {
    hint: "start it again",
  });
}
