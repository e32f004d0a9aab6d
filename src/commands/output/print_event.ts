/** Events as lines of JSON, to stdout. */
import { BUG_EXIT_CODE, ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { eventLine, type ProgramEvent } from "../../view/event_line.ts";
import { printData } from "./print_data.ts";

export function printEvent(host: Host, event: ProgramEvent): void {
  printData(host, `${eventLine(event, host.clock.now())}\n`);
}

/** Prints the error that ended the command, as the last event. */
export function printErrorEvent(host: Host, error: unknown): void {
  const { message, hint, exitCode } = error instanceof ExpectedError
    ? error
    : { message: String(error), hint: undefined, exitCode: BUG_EXIT_CODE };
  printEvent(host, { kind: "error", message, ...(hint === undefined ? {} : { hint }), exitCode });
}
