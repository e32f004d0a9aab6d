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
  /** Whether what the work made in the workspace's directory is removed before the next turn. */
  readonly clean: boolean;
}

/** Pure. Returns undefined without --watch. Throws UsageError. */
export function turnFlags(flags: Flags): TurnFlags | undefined {
  const saves = watchMode(flags, SAVES);
  const [trace, clean] = ["trace", "clean"].map((name) => flags.on(name));
  if (saves !== undefined) return { saves, trace, clean };
  if (!trace && !clean) return undefined;
  const flag = trace ? "--trace" : "--clean";
  throw new UsageError(`Cannot use ${flag}: nothing is watched`, { hint: "add --watch" });
}
