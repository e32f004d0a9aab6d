/** What the events of a pod that does not run yet tell, and those of the claims that it waits for. */
import { EVENTS, type Kube, type KubeEvent, type Stored } from "../kube/interface.ts";
import type { Pod } from "../tekton/model.ts";
import { isStarting, whatClaimsSay, whatEventsSay } from "../tekton/pod_state.ts";
import { hintFor, type Obstacle } from "./obstacle.ts";

/** A pod of so many claims is asked about the first ones alone. */
const MOST_CLAIMS = 3;

/** Its own status tells neither that an image is pulled, nor why a volume can't be had. */
export async function askEvents(kube: Kube, pod: Stored<Pod>): Promise<Obstacle | undefined> {
  const { name, namespace } = pod.metadata;
  const eventsOf = (kind: string, name: string) => {
    const fields = `involvedObject.kind=${kind},involvedObject.name=${name}`;
    return kube.list<KubeEvent>(EVENTS, { namespace, fields });
  };
  const told = (of: string, said: string | undefined) =>
    said === undefined
      ? undefined
      : { text: `pod ${name}: ${of}${said}`, hint: hintFor(said, namespace) };
  if (isStarting(pod) && pod.spec?.nodeName !== undefined) {
    return told("", whatEventsSay(await eventsOf("Pod", name)));
  }
  const claims = (pod.spec?.volumes ?? [])
    .flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  for (const claim of claims.slice(0, MOST_CLAIMS)) {
    const events = await eventsOf("PersistentVolumeClaim", claim);
    const said = told(`claim ${claim}: `, whatClaimsSay(events));
    if (said !== undefined) return said;
  }
  return isStarting(pod) ? told("", whatEventsSay(await eventsOf("Pod", name))) : undefined;
}
