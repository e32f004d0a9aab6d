/** `pipelinerun|taskrun shell`: the user works in the container of a held step. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { findStep } from "./held/find_step.ts";
import { commandLine, type HeldOptions, heldOptions } from "./options/held_options.ts";
import { useColor } from "./output/color.ts";
import { missingForShell } from "./session/run_shell.ts";
import { workAt } from "./session/session.ts";

export interface Options extends HeldOptions {
  readonly debugImage?: string;
  readonly patchFile?: string;
  readonly color: boolean;
}

/** Pure. */
export function options(call: Call): Options {
  const { flags } = call;
  return {
    ...heldOptions(call),
    color: !flags.on("no-color"),
    debugImage: flags.text("debug-image"),
    patchFile: flags.text("patch"),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal, interrupt: signal } = host;
  const { debugImage, patchFile } = options;
  const missing = missingForShell(terminal);
  if (missing !== undefined) {
    const hint = `${commandLine(options, "exec")} -- sh -c '...'`;
    throw new UsageError(`Cannot open a shell: ${missing} is not a terminal`, { hint });
  }
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  const color = useColor(host, "stderr", options.color);
  await workAt({ host, kube, run: options, color, debugImage, patchFile, signal }, pause);
  return 0;
}
