/** `pipelinerun|taskrun shell|exec`: work in the container of a held step. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { heldSteps } from "../run/held_steps.ts";
import { openShell, type Output, runCommand } from "../run/shell.ts";
import { findStep, type HeldOptions, heldOptions, placeName } from "./held_step.ts";

export interface Options extends HeldOptions {
  /** Undefined: a shell, for a person. */
  readonly command?: readonly string[];
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const own = heldOptions(call);
  if (call.command.path[1] === "shell") return own;
  if (call.rest.length > 0) return { ...own, command: call.rest };
  throw new UsageError("Cannot run a command: none is given", {
    hint: `tkn-dev ${call.command.path.join(" ")} ${own.run} -- ls -l`,
  });
}

export async function run(host: Host, options: Options): Promise<number> {
  const { stdin, stdout } = host.terminal.isTerminal;
  const isShell = options.command === undefined;
  const words = `${options.kind.toLowerCase()} exec ${options.run} -- sh -c '...'`;
  if (isShell && !(stdin && stdout)) {
    throw new UsageError("Cannot open a shell: stdin is no terminal", { hint: `tkn-dev ${words}` });
  }
  const kube = await host.connect(options.connect);
  const step = await findStep(kube, options);
  const name = placeName(step);
  const output: Output = {
    onStdout: (bytes) => host.terminal.write(bytes, "stdout"),
    onStderr: (bytes) => host.terminal.write(bytes, "stderr"),
  };
  if (options.command !== undefined) {
    return await runCommand(kube, step, { name, command: options.command, output });
  }
  host.terminal.err(
    `Step ${name} of ${options.kind} ${options.run} holds in pod ${step.pod}.\n` +
      "debug-run does its work here and comes back; debug-continue lets it go on,\n" +
      "debug-fail-continue lets it fail, exit leaves it held.\n",
  );
  using terminal = host.terminal.raw();
  const term = host.env.get("TERM") ?? "xterm";
  await openShell(kube, step, { name, term, terminal, output });
  terminal[Symbol.dispose]();
  const { kind, run } = options;
  const held = await heldSteps(kube, { kind, namespace: kube.namespace, name: run });
  if (held.some((one) => one.pod === step.pod && one.container === step.container)) {
    const group = kind.toLowerCase();
    host.terminal.err(`Step ${name} holds still: tkn-dev ${group} continue|shell ${run}\n`);
  }
  return 0;
}
