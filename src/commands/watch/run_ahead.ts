/** --watch=ahead: uploads into the run that waits, if there is one, and has the next one wait. */
import { type HeldRunOptions, runHeld, runStarted } from "../../run/held_run.ts";
import type { RunToUpload } from "../../run/ahead/next_run.ts";
import type { RunResult } from "../../run/started_run.ts";
import type { Ahead } from "./ahead.ts";

export interface RunsAhead {
  readonly runs: Ahead;
  /** Work of the run that does not wait for the upload, as `task lint`. */
  readonly early: readonly string[];
}

/** Takes a run with an upload. Throws as `runHeld` does. */
export async function runAhead(
  given: HeldRunOptions,
  { runs, early }: RunsAhead,
): Promise<RunResult> {
  const options: RunToUpload = {
    ...given,
    emit: runs.listening(given.emit),
    upload: { ...given.upload!, onReleased: ({ live }) => runs.begin(options, live, early) },
  };
  const taken = await runs.take(options);
  return taken === undefined
    ? await runHeld(options)
    : await runStarted(options, taken.run, taken, () => {});
}
