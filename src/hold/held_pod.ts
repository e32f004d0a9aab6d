/** Whether the pod of a step that held is there still, and if not, what to say: asked of the cluster, with no watch. */
import { ClusterError, ExpectedError } from "../errors.ts";
import { type Kube, PODS } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { type Pod, RESOURCE_OF, type Run, type RunName } from "../tekton/model.ts";
import { phaseOf } from "../tekton/phase.ts";
import type { Pause } from "./pause.ts";

/** Undefined where that can't be told. One that is about to be deleted counts as gone. */
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
 * The error for what failed because the pod is gone; undefined where it is there, or that can't be told.
 * `what` failed, and `again` is what to type once another pod holds.
 */
export async function podGone(
  kube: Kube,
  pause: Pause,
  { run, what, again }: { run: RunName; what: string; again: string },
): Promise<ClusterError | undefined> {
  if (await hasPod(kube, pause) !== false) return undefined;
  const { kind, name } = run;
  const wasDeleted = `Cannot ${what}: its pod ${pause.pod} was deleted`;
  try {
    const found = await kube.get<Run>(RESOURCE_OF[kind], pause.namespace, name);
    if (phaseOf(found).kind === "ended") {
      return new ClusterError(`${wasDeleted}, for ${kind} "${name}" has ended`);
    }
    if (found.metadata.deletionTimestamp === undefined) {
      const hint = `Tekton makes it again; once that one holds: ${again}`;
      return new ClusterError(wasDeleted, { hint });
    }
  } catch (error) {
    if (!isStatus(error, 404)) return new ClusterError(wasDeleted);
  }
  return new ClusterError(`Cannot ${what}: ${kind} "${name}" was deleted`, {
    hint: "start it again",
  });
}
