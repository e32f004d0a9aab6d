/** The gate that a new run gets, and what --dry-run says about it. */
import { stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import { GATE_ENV } from "../../step/copies.ts";
import { waiting } from "../../step/entrypoint.ts";
import { GATE_DIRECTORY } from "../../step/gate_script.ts";
import { gateArguments, gateScript } from "../../step/gate_script.ts";
import type { Gate } from "../../tekton/breakpoint/gate_step.ts";
import type { HeldStep } from "../../tekton/breakpoint/hold_steps.ts";

/**
 * Returns a gate for a run that may be held for `pauseSeconds`, which fails the step after
 * `watchdogSeconds` without a client. In a copy of the run it fails the step at once, and prints
 * `again`, the command line that starts another run.
 */
export function newGate(
  host: Pick<Host, "random">,
  pauseSeconds: number,
  again: string,
  watchdogSeconds = pauseSeconds,
): Gate {
  return {
    script: (options) => gateScript({ ...options, again }),
    directory: GATE_DIRECTORY,
    volume: `tkn-dev-${host.random(6)}`,
    args: ({ path, directory }, own) =>
      gateArguments({
        watchdogSeconds,
        workspacePath: path,
        directory: directory === "." ? "" : directory,
        own,
      }),
    env: GATE_ENV,
    waiting,
    pauseSeconds,
  };
}

/** Returns the sentences of --dry-run about a run that holds. */
export function holdChanges(held: readonly HeldStep[]): string[] {
  if (held.length === 0) return [];
  const places = held.map(stepPath).join(", ");
  return [
    `Holds at ${places}, without the field spec.debug, which no release of Tekton has yet:`,
    "the specs that the run refers to are inline, with their meaning kept, so that those steps can",
    "wait before their work. Retries of held tasks are dropped; --pause-timeout raises timeouts.",
  ];
}
