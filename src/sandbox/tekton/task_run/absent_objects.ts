/** Words for a pod that waits for its claims, and then for its config maps and secrets. */
import type { KubeObject, ObjectMeta } from "../../../kube/interface.ts";
import type { PodObject } from "../../node/pod_object.ts";
import type { AbsentSourceError } from "../../node/volumes.ts";
import { PODS, SERVICE_ACCOUNTS, VOLUME_CLAIMS } from "../../store/kinds.ts";
import { now, type Store } from "../../store/store.ts";
import { RunFailure, type State } from "../conditions.ts";
import type { TaskRun } from "../../../tekton/model.ts";

/** Returns why the scheduler gives the pod no node: a claim does not exist. */
export function whyUnschedulable(store: Store, { metadata, spec }: PodObject): string | undefined {
  const { namespace = "" } = metadata;
  const absent = (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => claim ?? [])
    .find(({ claimName }) => store.find(VOLUME_CLAIMS, namespace, claimName) === undefined);
  if (absent === undefined) return undefined;
  // The scheduler says it twice.
  return `0/1 nodes are available: persistentvolumeclaim "${absent.claimName}" not found. not found`;
}

/** Writes it into the pod's status. */
export function publishUnschedulable(store: Store, pod: PodObject, message: string): void {
  store.modify<PodObject>(PODS, pod, (copy) => {
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    copy.status = { phase: "Pending", conditions: [condition] };
  });
}

/** Returns the state of the TaskRun meanwhile. */
export function unscheduledState(message: string): State {
  const said = `pod status "PodScheduled":"False"; message: ${JSON.stringify(message)}`;
  return { status: "Unknown", reason: "Pending", message: said };
}

/** Returns the event of the kubelet for a volume whose object does not exist. */
export function failedMount({ metadata }: PodObject, error: AbsentSourceError): KubeObject {
  const { name, namespace, uid }: ObjectMeta = metadata;
  return {
    metadata: { generateName: `${name}.`, namespace },
    involvedObject: { kind: "Pod", namespace, name, uid },
    type: "Warning",
    reason: "FailedMount",
    message: `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`,
    lastTimestamp: now(),
  };
}

/** Throws RunFailure for a service account that does not exist. */
export function checkAccount(store: Store, { metadata, spec }: TaskRun): void {
  const { serviceAccountName: account = "default", taskRef } = spec;
  const { name, namespace = "" } = metadata;
  // A cluster creates this account with each namespace.
  if (account === "default") return;
  if (store.find(SERVICE_ACCOUNTS, namespace, account) !== undefined) return;
  const maybe = taskRef?.name === undefined
    ? "Maybe invalid TaskSpec"
    : `Maybe missing or invalid Task ${namespace}/${taskRef.name}`;
  throw new RunFailure(
    "PodCreationFailed",
    `failed to create task run pod "${name}": translating TaskSpec to Pod: ` +
      `serviceaccounts "${account}" not found. ${maybe}`,
  );
}
