/** What a Pod is waiting for, in words: pure. */
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
    if (/^(ContainerCreating|PodInitializing)?$/.test(reason)) return `${name}: starting`;
    return `${name}: ${reason}: ${message ?? waiting.image ?? waiting.name}`;
  }
  if (pod.status?.phase === "Pending") return `${name}: starting`;
  return undefined;
}
