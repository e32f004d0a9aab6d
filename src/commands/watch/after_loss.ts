/** Decides what follows when a run that waited for a save can't be used. Pure. */
import type { Loss } from "../../run/ahead/next_run.ts";

/**
 * The most runs that take the place of others after one save. With the default --pause-timeout, a
 * run waits for an hour and ten minutes: a user who is away needs none.
 */
const MOST_REPLACED: Partial<Record<Loss["kind"], number>> = { old: 6, gone: 3 };

/**
 * Returns "replace" for another run now, "later" for one after the next save, "off" for no more.
 * `replaced` counts the runs for this save before.
 */
export function afterLoss(
  { kind }: Pick<Loss, "kind">,
  replaced: number,
): "replace" | "later" | "off" {
  if (kind === "no room") return "off";
  return replaced < (MOST_REPLACED[kind] ?? 0) ? "replace" : "later";
}
