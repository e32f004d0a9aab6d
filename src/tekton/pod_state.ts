/** What a Pod is waiting for, in words: pure. */
import type { KubeEvent } from "../kube/interface.ts";
import type { ContainerStatus, Pod } from "./model.ts";

export const STEP_PREFIX = "step-";

/** The names of the step containers, in the order of the steps. */
export function stepContainers(pod: Pod): string[] {
  return (pod.spec?.containers ?? []).map((container) => container.name)
    .filter((name) => name.startsWith(STEP_PREFIX));
}

export function containerState(pod: Pod, name: string): ContainerStatus["state"] {
  return pod.status?.containerStatuses?.find((status) => status.name === name)?.state;
}

/** Its log can be read. */
export function hasStarted(pod: Pod, container: string): boolean {
  const state = containerState(pod, container);
  return state?.running !== undefined || state?.terminated !== undefined;
}

/** Why it does not run yet: "pod x: pulling image y"; undefined once all its containers run. */
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

/** It has a node, and its containers are being made. */
export function isStarting(pod: Pod): boolean {
  return whyPending(pod) === starting(pod);
}

function starting(pod: Pod): string {
  return `pod ${pod.metadata.name}: starting`;
}

const TELLING = /^(Pulling|Pulled|Started|Failed\w+|BackOff)$/;

/** What the newest event of a starting pod tells: `pulling image "x"`, or why it can't go on. */
export function whatEventsSay(events: readonly KubeEvent[]): string | undefined {
  const newest = newestOf(events, TELLING);
  if (newest === undefined || newest.reason === "Pulled" || newest.reason === "Started") {
    return undefined;
  }
  const message = newest.message ?? "";
  return newest.reason === "Pulling" ? message.replace(/^P/, "p") : `${newest.reason}: ${message}`;
}

const OF_CLAIMS = /^(Provisioning\w*|FailedBinding|ExternalProvisioning|Claim\w+|VolumeMismatch)$/;

/** Why a claim is not bound, by its newest event: `ProvisioningFailed: storageclass ... not found`. */
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
