/** Events as lines of JSON, to stdout. */
import { BUG_EXIT_CODE, ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { eventLine, type ProgramEvent } from "../../view/event_line.ts";
import type { JoinedOutput } from "./joined_output.ts";
import { dataText } from "./print_data.ts";

/** `output` joins the events of a moment to one write. */
export function printEvent(host: Host, event: ProgramEvent, output?: JoinedOutput): void {
  const text = dataText(host, `${eventLine(event, host.clock.now())}\n`);
  if (output === undefined) host.terminal.out(text);
  else output.write({ to: "stdout", text });
}

/** Prints the error that ended the command, as the last event. */
export function printErrorEvent(host: Host, error: unknown): void {
  const { message, hint, exitCode } = error instanceof ExpectedError
    ? error
    : { message: String(error), hint: undefined, exitCode: BUG_EXIT_CODE };
  printEvent(host, { kind: "error", message, ...(hint === undefined ? {} : { hint }), exitCode });
}
