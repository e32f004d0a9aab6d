/**
 * Decides when the lock of another upload may be broken. Only one upload at a time writes to a
 * directory, and none while the run of an earlier upload uses it.
 */
import { ExpectedError } from "../../errors.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import type { LockHolder } from "../../step/protocol/receive.ts";
import { RESOURCE_OF, type Run, type RunName } from "../../tekton/model.ts";
import { phaseOf } from "../../tekton/phase.ts";

/** A receiver beats every five seconds. One without a beat for this long is gone. */
const STALE_MS = 30_000;

export interface LockSight {
  readonly holder: LockHolder;
  readonly nowMs: number;
  /** Whether the holder's run still runs; undefined if that is unknown. */
  readonly isRunning?: boolean;
}

/** Watches another upload's lock over time. Pure. */
export class LockWatch {
  #seen?: { readonly beat: string; readonly sinceMs: number };

  /** Returns whether the lock may be taken away from its holder. */
  mayBreak({ holder, nowMs, isRunning }: LockSight): boolean {
    const { state, run } = holder;
    if (state === "cut" || run !== undefined && isRunning === false) return true;
    if (state === "done") return isRunning === undefined;
    const beat = `${holder.upload} ${holder.beat}`;
    if (beat !== this.#seen?.beat) this.#seen = { beat, sinceMs: nowMs };
    return nowMs - this.#seen.sinceMs >= STALE_MS;
  }
}

/** Names the upload, or the run, that holds the lock. */
export function describeHolder({ state, run }: LockHolder): string {
  const who = run === undefined ? "another upload" : `${run.kind} ${run.name}`;
  return state === "done"
    ? `${who} to end: it works in the same directory`
    : `the upload of ${who} into the same directory`;
}

/** Returns undefined if that is unknown. */
export async function isRunning(
  kube: Kube,
  namespace: string,
  run: RunName | undefined,
): Promise<boolean | undefined> {
  if (run === undefined) return undefined;
  try {
    const found = await kube.get<Run>(RESOURCE_OF[run.kind], namespace, run.name);
    return phaseOf(found).kind !== "ended";
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return isStatus(error, 404) ? false : undefined;
  }
}
