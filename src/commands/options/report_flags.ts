/** The flags that report a run to other programs: --events, --junit and --outcome. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

export interface ReportFlags {
  /** Write events as lines of JSON to stdout, in place of the logs. */
  readonly events: boolean;
  /** The file that gets the outcome as a JUnit report. */
  readonly junit?: string;
  /** The file that gets the outcome as JSON; "-" is stdout, in place of the logs. */
  readonly outcome?: string;
}

/**
 * Pure. `conflicts` are flags with which the run is not followed to its end, each with whether it
 * is given. Throws UsageError.
 */
export function reportFlags(
  flags: Flags,
  conflicts: Readonly<Record<string, boolean>>,
): ReportFlags {
  const events = flags.on("events");
  const [junit, outcome] = ["junit", "outcome"].map((name) => flags.text(name));
  const asked = Object.entries({ events: events || undefined, junit, outcome })
    .find(([, value]) => value !== undefined)?.[0];
  const other = Object.keys(conflicts).find((name) => conflicts[name]);
  if (asked !== undefined && other !== undefined) {
    throw new UsageError(`Cannot report with --${asked}: ${other} does not follow the run`, {
      hint: `leave out --${asked} or ${other}`,
    });
  }
  checkFile("junit", junit, "junit.xml");
  checkFile("outcome", outcome, "outcome.json");
  if (events && outcome === "-") {
    throw new UsageError("Cannot print --events and --outcome - together: both are for stdout", {
      hint: "--outcome FILE writes a file; the last event has the outcome too",
    });
  }
  if (junit === "-") {
    throw new UsageError('Cannot write --junit "-": only --outcome takes it for stdout', {
      hint: "--junit FILE names a file, as ./- does",
    });
  }
  if (junit !== undefined && junit === outcome) {
    throw new UsageError(
      `Cannot write --junit and --outcome to "${junit}": one replaces the other`,
      {
        hint: "name a file for each",
      },
    );
  }
  return {
    events,
    ...(junit === undefined ? {} : { junit }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** Throws UsageError for the empty name. */
function checkFile(name: string, file: string | undefined, example: string): void {
  if (file !== "") return;
  throw new UsageError(`Cannot write --${name} "": it is not a file`, {
    hint: `--${name} ${example}`,
  });
}
