/** The flags of --watch at a held step. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

export interface TurnFlags {
  /** A save during the work ends it and starts again, or waits for its end. */
  readonly saves: "restart" | "queue";
  /** Whether the work is shown and traced. */
  readonly trace: boolean;
}

const SAVES = ["restart", "queue"] as const;

/** Pure. Returns undefined without --watch. Throws UsageError. */
export function turnFlags(flags: Flags): TurnFlags | undefined {
  const asked = flags.text("watch");
  const trace = flags.on("trace");
  if (asked === undefined) {
    if (!trace) return undefined;
    throw new UsageError("Cannot use --trace without --watch", { hint: "add --watch" });
  }
  const saves = SAVES.find((one) => one === asked);
  if (saves !== undefined) return { saves, trace };
  throw new UsageError(`Cannot watch as --watch="${asked}": no such way at a held step`, {
    hint: "--watch or --watch=queue",
  });
}
