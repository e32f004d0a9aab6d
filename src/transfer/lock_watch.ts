/** Only one upload at a time writes to a directory, and none while the run of another one works there. */
import { ExpectedError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { phaseOf } from "../tekton/phase.ts";
import { RESOURCE_OF, type Run, type RunName } from "../tekton/model.ts";
import type { LockHolder } from "../step/protocol/receive.ts";

/** A receiver beats each five seconds. One that was not seen to do so for that long is gone. */
const STALE_MS = 30_000;

export interface Look {
  readonly holder: LockHolder;
  readonly nowMs: number;
  /** The run that is to go on with what is sent now. */
  readonly own: RunName;
  /** Whether the holder's run goes on; undefined where that can't be told. */
  readonly isGoing?: boolean;
}

/** What is known of another upload's lock over several looks. Pure. */
export class LockWatch {
  #seen?: { readonly beat: string; readonly sinceMs: number };

  /** Whether the lock may be taken from its holder. */
  mayBreak({ holder, nowMs, own, isGoing }: Look): boolean {
    const { state, run } = holder;
    if (state === "cut" || run !== undefined && isGoing === false) return true;
    if (state === "done") return isGoing === undefined || isSame(run, own);
    const beat = `${holder.upload} ${holder.beat}`;
    if (beat !== this.#seen?.beat) this.#seen = { beat, sinceMs: nowMs };
    return nowMs - this.#seen.sinceMs >= STALE_MS;
  }
}

function isSame(one: RunName | undefined, other: RunName): boolean {
  return one?.kind === other.kind && one.name === other.name;
}

/** Who is waited for, in words. */
export function whoHolds({ state, run }: LockHolder): string {
  const who = run === undefined ? "another upload" : `${run.kind} ${run.name}`;
  return state === "done"
    ? `${who} to end: it works in the same directory`
    : `the upload of ${who} into the same directory`;
}

/** Undefined where it can't be told. */
export async function isGoing(
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
