/** The flags of --watch at a held step. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import { watchMode } from "./watch_mode.ts";

const SAVES = ["restart", "queue"] as const;

export interface TurnFlags {
  /** A save during the work ends it and starts again, or waits for its end. */
  readonly saves: typeof SAVES[number];
  /** Whether the work is shown and traced. */
  readonly trace: boolean;
}

/** Pure. Returns undefined without --watch. Throws UsageError. */
export function turnFlags(flags: Flags): TurnFlags | undefined {
  const saves = watchMode(flags, SAVES);
  const trace = flags.on("trace");
  if (saves !== undefined) return { saves, trace };
  if (!trace) return undefined;
  throw new UsageError("Cannot use --trace: nothing is watched", { hint: "add --watch" });
}
