/** Describes the state of a pod and why it does not start yet. Pure. */
import type { KubeEvent } from "../kube/interface.ts";
import type { ContainerStatus, Pod } from "./pod.ts";

export const STEP_PREFIX = "step-";

/** Returns the names of the step containers, in the order of the steps. */
export function stepContainers(pod: Pod): string[] {
  return (pod.spec?.containers ?? []).map((container) => container.name)
    .filter((name) => name.startsWith(STEP_PREFIX));
}

/** Tekton's own init containers, which prepare the steps. */
const PREPARING = ["prepare", "place-scripts", "working-dir-initializer"];

/** Returns the names of Tekton's own init containers, in their order. */
export function preparingContainers(pod: Pod): string[] {
  return (pod.spec?.initContainers ?? []).map(({ name }) => name)
    .filter((name) => PREPARING.includes(name));
}

/** Returns the name that logs show for a container: that of its step, or of the init container. */
export function shownName(container: string): string {
  return container.startsWith(STEP_PREFIX) ? container.slice(STEP_PREFIX.length) : container;
}

/** Returns the state of a container or init container. */
export function containerState(pod: Pod, name: string): ContainerStatus["state"] {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses]
    .find((status) => status.name === name)?.state;
}

/** Whether the container has started, so that its log can be read. */
export function hasStarted(pod: Pod, container: string): boolean {
  const state = containerState(pod, container);
  return state?.running !== undefined || state?.terminated !== undefined;
}

/**
 * Returns why the pod is not running: "pod x: ImagePullBackOff: ...". Undefined once all containers
 * are running.
 */
export function whyPending(pod: Pod): string | undefined {
  const name = `pod ${pod.metadata.name}`;
  const scheduled = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
  if (scheduled?.status === "False") {
    return `${name}: ${scheduled.reason ?? "not scheduled"}: ${scheduled.message ?? ""}`;
  }
  const waiting = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ].find((status) => status.state?.waiting !== undefined);
  if (waiting !== undefined) {
    const { reason = "", message } = waiting.state!.waiting!;
    if (/^(ContainerCreating|PodInitializing)?$/.test(reason)) return starting(pod);
    return `${name}: ${reason}: ${message ?? waiting.image ?? waiting.name}`;
  }
  if (pod.status?.phase === "Pending") return starting(pod);
  return undefined;
}

/** Whether the pod has a node and its containers are being created. */
export function isStarting(pod: Pod): boolean {
  return whyPending(pod) === starting(pod);
}

function starting(pod: Pod): string {
  return `pod ${pod.metadata.name}: starting`;
}

const TELLING = /^(Pulling|Pulled|Started|Failed\w+|BackOff)$/;

/** Describes a starting pod by its newest event: `pulling image "x"`, or why it can't start. */
export function whatEventsSay(events: readonly KubeEvent[]): string | undefined {
  const newest = newestOf(events, TELLING);
  if (newest === undefined || newest.reason === "Pulled" || newest.reason === "Started") {
    return undefined;
  }
  const message = newest.message ?? "";
  return newest.reason === "Pulling" ? message.replace(/^P/, "p") : `${newest.reason}: ${message}`;
}

const OF_CLAIMS = /^(Provisioning\w*|FailedBinding|ExternalProvisioning|Claim\w+|VolumeMismatch)$/;

/** Describes why a claim is not bound by its newest event: `ProvisioningFailed: ... not found`. */
export function whatClaimsSay(events: readonly KubeEvent[]): string | undefined {
  const newest = newestOf(events, OF_CLAIMS);
  if (newest === undefined || newest.reason === "ProvisioningSucceeded") return undefined;
  return `${newest.reason}: ${newest.message ?? ""}`;
}

function newestOf(events: readonly KubeEvent[], reasons: RegExp): KubeEvent | undefined {
  return events.filter((event) => reasons.test(event.reason ?? ""))
    .reduce<KubeEvent | undefined>(
      (last, event) => (event.lastTimestamp ?? "") >= (last?.lastTimestamp ?? "") ? event : last,
      undefined,
    );
}
