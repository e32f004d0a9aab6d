/** The state of the cluster after a client has ended: its runs, and leftovers. */
import type { FoundRun, TestNamespace } from "../cluster/test_namespace.ts";
import { after, CANCEL_MS, LOOK_MS, SETTLE_MS } from "./times.ts";

/** Returns the runs once they and their pods have ended, or after a time limit. */
export async function settled(
  testNamespace: TestNamespace,
  signal: AbortSignal,
): Promise<FoundRun[]> {
  const limit = Date.now() + SETTLE_MS;
  while (true) {
    const runs = await testNamespace.runs();
    const isOver = !runs.some(isUnfinished) && !(await testNamespace.pods()).some(isAlive);
    if (isOver || Date.now() > limit || signal.aborted) return runs;
    await after(LOOK_MS);
  }
}

/**
 * Returns the runs that are still held although the client gave up without a warning about them.
 */
export async function heldUnreported(
  testNamespace: TestNamespace,
  { stderr, isReleased }: { stderr: string; isReleased: () => boolean },
): Promise<string[]> {
  const isReported = ({ name }: FoundRun) =>
    stderr.split("\n").some((line) => line.includes(name) && /\b(may|still)\b/.test(line));
  const limit = Date.now() + CANCEL_MS;
  while (!isReleased()) {
    const unreported = (await testNamespace.runs()).filter((run) =>
      isUnfinished(run) && run.state !== "cancelling" && !isReported(run)
    );
    if (unreported.length === 0 || Date.now() > limit) {
      return unreported.map(({ name, state }) =>
        `run ${name} is ${state}, and the client did not say so`
      );
    }
    await after(LOOK_MS);
  }
  return [];
}

/** Returns what should not exist any more. The first of the runs is the client's. */
export async function leftOvers(
  testNamespace: TestNamespace,
  runs: readonly FoundRun[],
): Promise<string[]> {
  const others = runs.slice(1).filter(({ state }) => state === "succeeded" || state === "failed");
  const pods = (await testNamespace.pods()).filter(isAlive);
  return [
    ...runs.filter(isUnfinished).map(({ name, state }) => `run ${name} is ${state}`),
    ...others.map(({ name }) => `a second run, ${name}`),
    ...pods.map(({ metadata, status }) => `pod ${metadata.name} is ${status.phase}`),
    ...await testNamespace.extras(),
  ];
}

export function isUnfinished({ state }: FoundRun): boolean {
  return state === "pending" || state === "running" || state === "cancelling";
}

/** A pod that is being deleted ends by itself. */
function isAlive(
  { status, metadata }: { status?: { phase?: string }; metadata: { deletionTimestamp?: string } },
): boolean {
  return (status?.phase === "Running" || status?.phase === "Pending") &&
    metadata.deletionTimestamp === undefined;
}
