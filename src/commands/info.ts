/** `pipelinerun|taskrun info`: the held steps of a run, with their workspaces and params. */
import type { Call } from "../cli/parse.ts";
import { CollectedText } from "../hold/collected_text.ts";
import { readHeldStepInfo } from "../hold/held_step_info.ts";
import type { Pause } from "../hold/pause.ts";
import { runCommand } from "../hold/shell.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { joined, type Printable, printableLines } from "../printable.ts";
import { infoCommand } from "../step/scripts.ts";
import { renderHeld } from "../view/held_view.ts";
import { findHeld, noneHeld } from "./held/find_step.ts";
import { type HeldOptions, heldOptions } from "./options/held_options.ts";

/** Pure. */
export function options(call: Call): HeldOptions {
  return heldOptions(call);
}

export async function run(host: Host, options: HeldOptions): Promise<number> {
  const kube = await host.connect(options.connect);
  const { run, held } = await findHeld(kube, options);
  if (held.length === 0) throw noneHeld(options, run);
  const texts = await Promise.all(held.map((pause) => describe(kube, pause)));
  host.terminal.out(joined(texts, "\n"));
  return 0;
}

/** Reads the step's objects, and asks its container for the rest. */
async function describe(kube: Kube, pause: Pause): Promise<Printable> {
  const [facts, own] = await Promise.all([
    readHeldStepInfo(kube, pause),
    containerInfo(kube, pause),
  ]);
  return joined([renderHeld(facts, Infinity), printableLines(own)]);
}

async function containerInfo(kube: Kube, pause: Pause): Promise<string> {
  if (pause.gate !== "script") return "";
  const own = new CollectedText();
  const output = { onStdout: own.add, onStderr: () => {} };
  await runCommand(kube, pause, {
    command: infoCommand(),
    output,
    deadlineMs: SHORT_COMMAND_MS,
  });
  return own.text;
}
