/** The events of a run as lines of JSON, for programs. Pure. */
import type { RunEvent } from "../events.ts";

/** Changes when a field or a kind changes or is removed, not when one is added. */
export const EVENTS_VERSION = 1;

/** An event on stdout with --events: one of the run, or the error that ended the command. */
export type ProgramEvent =
  | RunEvent
  | { kind: "error"; message: string; hint?: string; exitCode: number };

/** Returns a line without its newline: `{"version":1,"at":"...","kind":"released"}`. */
export function eventLine(event: ProgramEvent, nowMs: number): string {
  return JSON.stringify({
    version: EVENTS_VERSION,
    at: new Date(nowMs).toISOString(),
    ...event,
  });
}
