/** Time limits of an injection, and waits. */

/** How long a held step waits for a client. */
export const PAUSE_SECONDS = 20;
/**
 * A pod's start: a kubelet that missed Tekton's signal to the first step looks again after 90 s.
 */
export const START_MS = 150_000;
/** The starts of both pods of a Pipeline. */
export const LONGEST_RUN_MS = 300_000;
/** The time in which a run that its client left starts, holds, gives up and ends with its pods. */
export const SETTLE_MS = START_MS + PAUSE_SECONDS * 1000 + 30_000;
/** The further time after which `tkn-dev cleanup` considers a pod orphaned. */
export const ORPHAN_MS = 90_000;
/** The time in which a cancelled run ends. */
export const CANCEL_MS = 6_000;
/** The interval between looks at the cluster. */
export const LOOK_MS = 1_000;

export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
