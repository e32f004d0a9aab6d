/** The flags that report a run to other programs: --events and --junit. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";

export interface ReportFlags {
  /** Write events as lines of JSON to stdout, in place of the logs. */
  readonly events: boolean;
  /** The file that gets the outcome as a JUnit report. */
  readonly junit?: string;
}

/**
 * Pure. `conflicts` are flags with which the run is not followed to its end, each with whether it
 * is given. Throws UsageError.
 */
export function reportFlags(
  flags: Flags,
  conflicts: Readonly<Record<string, boolean>>,
): ReportFlags {
  const junit = flags.text("junit");
  const events = flags.on("events");
  const asked = events ? "--events" : junit !== undefined ? "--junit" : undefined;
  const other = Object.keys(conflicts).find((name) => conflicts[name]);
  if (asked !== undefined && other !== undefined) {
    throw new UsageError(`Cannot report with ${asked}: ${other} does not follow the run`, {
      hint: `leave out ${asked} or ${other}`,
    });
  }
  if (junit === "") {
    throw new UsageError('Cannot write --junit "": it is not a file', {
      hint: "--junit junit.xml",
    });
  }
  return { events, ...(junit === undefined ? {} : { junit }) };
}
