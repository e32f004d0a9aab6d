/** The commands for a step that stays held. */
import { stepPath } from "../../hold/pause.ts";
import type { HeldStep } from "../../tekton/breakpoint/hold_steps.ts";
import type { ConnectOptions } from "../../host.ts";
import type { Run } from "../../tekton/model.ts";
import { joined, type Printable, printable } from "../../printable.ts";
import { commandLine, type NamedRun } from "../options/held_options.ts";

/** Returns a sentence for a run that was created and is left to hold. */
export function willHold(
  { kind, metadata: { name = "", namespace } }: Run,
  held: readonly HeldStep[],
  connect: ConnectOptions,
): string {
  const run = { kind, run: name, connect: { ...connect, namespace } };
  return `The run will hold at ${held.map(stepPath).join(", ")}. To continue: ` +
    commandLine(run, "shell|run|continue|fail-continue");
}

/** Returns the command lines, a line each. */
export function howToContinue(run: NamedRun, place: string): Printable {
  const rows = [
    ["shell", "work in it"],
    ["run", "run its own work, and come back"],
    ["continue", "continue as if its work were done"],
    ["fail-continue", "fail the step"],
  ].map(([verb, does]) => [commandLine(run, verb), does]);
  const width = Math.max(...rows.map(([command]) => command.length));
  return joined([
    printable`Step ${place} is still held. To continue:\n`,
    ...rows.map(([command, does]) => printable`  ${command.padEnd(width)}  ${does}\n`),
  ]);
}
