/** Reads the events of a pod that does not run yet, and of the claims that the pod waits for. */
import { EVENTS, type Kube, type KubeEvent, type Stored } from "../../kube/interface.ts";
import type { Pod } from "../../tekton/pod.ts";
import { isStarting, whatClaimsSay, whatEventsSay } from "../../tekton/pod_state.ts";
import { hintFor, type Obstacle } from "./obstacle.ts";

/** The number of a pod's claims whose events are read. */
const MOST_CLAIMS = 3;

/**
 * Returns what the events say that the pod's status does not: that an image is pulled, or why a
 * volume is missing.
 */
export async function readPodEvents(kube: Kube, pod: Stored<Pod>): Promise<Obstacle | undefined> {
  const { name, namespace } = pod.metadata;
  const eventsOf = (kind: string, name: string) => {
    const fields = `involvedObject.kind=${kind},involvedObject.name=${name}`;
    return kube.list<KubeEvent>(EVENTS, { namespace, fields });
  };
  const obstacle = (owner: string, message: string | undefined) =>
    message === undefined
      ? undefined
      : { text: `pod ${name}: ${owner}${message}`, hint: hintFor(message, namespace) };
  if (isStarting(pod) && pod.spec?.nodeName !== undefined) {
    return obstacle("", whatEventsSay(await eventsOf("Pod", name)));
  }
  const claims = (pod.spec?.volumes ?? [])
    .flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  for (const claim of claims.slice(0, MOST_CLAIMS)) {
    const events = await eventsOf("PersistentVolumeClaim", claim);
    const found = obstacle(`claim ${claim}: `, whatClaimsSay(events));
    if (found !== undefined) return found;
  }
  return isStarting(pod) ? obstacle("", whatEventsSay(await eventsOf("Pod", name))) : undefined;
}
