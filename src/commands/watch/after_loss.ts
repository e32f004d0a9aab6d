/** Decides what follows when a run that waited for a save can't be used. Pure. */
import type { Loss } from "../../run/ahead/next_run.ts";

/** The most runs, after one save, that take the place of one that somebody deleted. */
const MOST_DELETED = 3;
/** After that time without a save, no other run takes the place of one that became too old. */
const MOST_IDLE_MS = 3_600_000;

export interface Losses {
  /** How many runs have waited for this save before. */
  readonly replaced: number;
  /** The time since the last upload. */
  readonly idleMs: number;
}

/** Returns "replace" for another run now, "later" for one after the next save, "off" for none. */
export function afterLoss(
  { kind }: Pick<Loss, "kind">,
  { replaced, idleMs }: Losses,
): "replace" | "later" | "off" {
  if (kind === "no room") return "off";
  if (kind === "old") return idleMs < MOST_IDLE_MS ? "replace" : "later";
  return kind === "deleted" && replaced < MOST_DELETED ? "replace" : "later";
}
