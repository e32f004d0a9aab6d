/** `pipelinerun|taskrun exec`: a command in the container of a held step, with kubectl's flags. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Pause } from "../hold/pause.ts";
import { runCommand } from "../hold/shell.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { printable } from "../printable.ts";
import { findStep } from "./held/find_step.ts";
import { PipedInput } from "./held/piped_input.ts";
import { type HeldOptions, heldOptions } from "./options/held_options.ts";
import { untilClosed } from "./output/until_closed.ts";

export interface Options extends HeldOptions {
  readonly command: readonly string[];
  /** Undefined: the command reads stdin unless it is a terminal, so that pipes work. */
  readonly stdin?: boolean;
  readonly tty: boolean;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { flags, rest: command } = call;
  const own = heldOptions(call);
  if (command.length === 0) {
    throw new UsageError("Cannot run a command: none is given", {
      hint: `tkn-dev ${call.command.path.join(" ")} ${own.run} -- ls -l`,
    });
  }
  const stdin = flags.given("stdin") ? flags.on("stdin") : undefined;
  return { ...own, command, stdin, tty: flags.on("tty") };
}

/** Returns the command's exit code, or 0 once stdout has no reader. */
export async function run(host: Host, options: Options): Promise<number> {
  const { terminal } = host;
  const isPiped = options.stdin !== false && !terminal.isTerminal.stdin;
  const piped = isPiped ? new PipedInput(terminal.bytes()) : undefined;
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  const { closed } = terminal;
  return await untilClosed(
    closed,
    (closed) => execIn(host, kube, { pause, options, piped, closed }),
  );
}

async function execIn(
  host: Host,
  kube: Kube,
  { pause, options, piped, closed }: {
    pause: Pause;
    options: Options;
    /** Set if stdin is for the command, and no terminal. */
    piped?: PipedInput;
    closed: AbortSignal;
  },
): Promise<number> {
  const { terminal } = host;
  const { isTerminal } = terminal;
  const { command, stdin } = options;
  const call = {
    command,
    signal: AbortSignal.any([host.interrupt, closed]),
    output: {
      onStdout: (bytes: Uint8Array) => terminal.write(bytes, "stdout"),
      onStderr: (bytes: Uint8Array) => terminal.write(bytes, "stderr"),
    },
  };
  const hasTerminal = options.tty && isTerminal.stdin && isTerminal.stdout;
  if (options.tty && !hasTerminal) {
    terminal.err(printable`Note: No terminal for the command: stdin or stdout is not a terminal\n`);
  }
  if (!hasTerminal) {
    const bytes = stdin && piped === undefined ? terminal.bytes() : piped?.rest();
    return await runCommand(kube, pause, { ...call, stdin: bytes });
  }
  await using raw = terminal.raw();
  return await runCommand(kube, pause, {
    ...call,
    stdin: stdin ? raw.keys : undefined,
    terminal: raw.sizes,
  });
}
