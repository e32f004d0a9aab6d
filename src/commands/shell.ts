/** `pipelinerun|taskrun shell|exec`: work in the container of a held step. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { runCommand } from "../run/shell.ts";
import { findStep, type HeldOptions, heldOptions, verb } from "./held_step.ts";
import { useColor } from "./color.ts";
import { workAt } from "./session.ts";

export interface Options extends HeldOptions {
  /** Undefined: a shell, for a person. */
  readonly command?: readonly string[];
  readonly debugImage?: string;
  readonly patchFile?: string;
  readonly color: boolean;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const own = { ...heldOptions(call), color: !call.flags.on("no-color") };
  if (call.command.path[1] === "shell") {
    const { flags } = call;
    return { ...own, debugImage: flags.text("debug-image"), patchFile: flags.text("patch") };
  }
  if (call.rest.length > 0) return { ...own, command: call.rest };
  throw new UsageError("Cannot run a command: none is given", {
    hint: `tkn-dev ${call.command.path.join(" ")} ${own.run} -- ls -l`,
  });
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal, interrupt: signal } = host;
  const { command, debugImage, patchFile } = options;
  if (command === undefined && !(terminal.isTerminal.stdin && terminal.isTerminal.stdout)) {
    const hint = `${verb(options, "exec")} -- sh -c '...'`;
    throw new UsageError("Cannot open a shell: stdin is no terminal", { hint });
  }
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  if (command !== undefined) {
    const output = {
      onStdout: (bytes: Uint8Array) => terminal.write(bytes, "stdout"),
      onStderr: (bytes: Uint8Array) => terminal.write(bytes, "stderr"),
    };
    return await runCommand(kube, pause, { command, output, signal });
  }
  const color = useColor(host, options.color);
  await workAt({ host, kube, run: options, color, debugImage, patchFile, signal }, pause);
  return 0;
}
