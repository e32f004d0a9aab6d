/** A run that holds nowhere: it is created and followed to its end. */
import { Interrupted } from "../errors.ts";
import type { Outcome } from "../events.ts";
import { RunDeletedError } from "./live_run.ts";
import { howToFollow, type StartOptions, startRun } from "./started_run.ts";

/** Returns the outcome. The run continues after an error or an interrupt, as after tkn's. */
export async function runPlain(options: Omit<StartOptions, "uploadStep">): Promise<Outcome> {
  await using run = await startRun(options);
  try {
    run.announce();
    return (await run.followToEnd()).outcome!;
  } catch (error) {
    if (run.live.phase.kind === "ended" || error instanceof RunDeletedError) throw error;
    const text = howToFollow(run.live);
    if (options.interrupt.aborted) throw new Interrupted(`Interrupted: ${text}`);
    options.emit({ kind: "note", text });
    throw error;
  }
}
