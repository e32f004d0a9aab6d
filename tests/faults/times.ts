/** How long things may take in an injection, and waiting. */

/** How long a step is held with nobody there. */
export const PAUSE_SECONDS = 20;
/** A pod may take that long to hold: a kubelet that missed Tekton's word to its first step looks again after 90 s. */
export const START_MS = 150_000;
/** Both pods of a Pipeline may. */
export const LONGEST_RUN_MS = 300_000;
/** Beyond the pause, a run is over, and its pods are, within that time. */
export const SETTLE_MS = 30_000;
/** After these two, a pod is old enough for `tkn-dev cleanup` to see that it has outlived its run. */
export const ORPHAN_MS = 90_000;
/** By then a run that was cancelled has ended. */
export const CANCEL_MS = 6_000;
/** How often the cluster is looked at. */
export const LOOK_MS = 1_000;

export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
