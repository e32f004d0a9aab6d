/** `pipelinerun|taskrun info`: which steps of a run hold, and what is where in them. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import type { FoundStep } from "../run/held_steps.ts";
import { findHeld, type HeldOptions, heldOptions, noneHolds, placeName } from "./held_step.ts";

export type Options = HeldOptions;

/** Pure. */
export function options(call: Call): Options {
  return heldOptions(call);
}

export async function run(host: Host, options: Options): Promise<number> {
  const kube = await host.connect(options.connect);
  const { run, held } = await findHeld(kube, options);
  if (held.length === 0) throw noneHolds(run);
  host.terminal.out(held.map(describe).join("\n"));
  return 0;
}

function describe(step: FoundStep): string {
  const rows: [string, string | undefined][] = [
    ["Step", placeName(step)],
    ["Held by", step.gate === "script" ? "its script" : "a step before it, without a shell"],
    ["Pod", step.pod],
    ["Container", step.container],
    ["Image", step.image],
    ["Workspace", step.directory || undefined],
    ["Since", step.since],
  ];
  return rows.filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${`${name}:`.padEnd(11)} ${value}\n`).join("");
}
