/** Runs a shell, or a command, in the container of a held step. */
import { ClusterError } from "../errors.ts";
import type { RawTerminal } from "../host.ts";
import type { ExecResult, Kube } from "../kube/interface.ts";
import { isProgramMissing } from "../step/protocol/start_failure.ts";
import { plainShellCommand, shellCommand } from "../step/scripts.ts";
import { type Pause, stepPath } from "./pause.ts";

export interface Output {
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
}

export interface ShellOptions {
  /** The client's $TERM. */
  readonly term: string;
  /** The user's name, shown to others at the same step. */
  readonly user: string;
  /** The name of the channel for edit requests. */
  readonly channel: string;
  /** The step's description, for debug-info. */
  readonly header: string;
  readonly terminal: Pick<RawTerminal, "keys" | "sizes">;
  readonly output: Output;
  readonly signal?: AbortSignal;
}

/** Returns the shell's exit code. Throws NoShellError, or ClusterError if the exec breaks. */
export async function openShell(
  kube: Kube,
  pause: Pause,
  { term, user, channel, header, terminal, output, signal }: ShellOptions,
): Promise<number> {
  const name = stepPath(pause);
  const result = await kube.exec({
    ...placeOf(pause),
    command: pause.gate === "script"
      ? shellCommand({ name, term, user, channel, header })
      : plainShellCommand({ name, term }),
    stdin: terminal.keys,
    terminal: terminal.sizes,
    ...output,
    signal,
  });
  if (result.exitCode === undefined && isProgramMissing(result.message)) {
    throw new NoShellError(pause);
  }
  return exitCode(result, name);
}

/** The image has no shell. */
export class NoShellError extends ClusterError {
  constructor(pause: Pause) {
    super(`Cannot open a shell in step "${stepPath(pause)}": its image has no shell`, {
      hint: "--debug-image IMAGE adds a container with a shell to the pod, if you may",
    });
  }
}

/** Returns the command's exit code. Throws ClusterError if the command can't be run. */
export async function runCommand(
  kube: Kube,
  pause: Pause,
  { output, ...rest }: {
    command: readonly string[];
    stdin?: ReadableStream<Uint8Array>;
    terminal?: RawTerminal["sizes"];
    output: Output;
    signal?: AbortSignal;
    /** See ExecOptions.deadlineMs. */
    deadlineMs?: number;
  },
): Promise<number> {
  const result = await kube.exec({ ...placeOf(pause), ...output, ...rest });
  return exitCode(result, stepPath(pause));
}

function placeOf({ namespace, pod, container }: Pause) {
  return { namespace, pod, container };
}

function exitCode(result: ExecResult, name: string): number {
  if (result.exitCode !== undefined) return result.exitCode;
  const cannot = `Cannot run a command in step "${name}"`;
  throw isProgramMissing(result.message)
    ? new ClusterError(`${cannot}: its image has no such program`, {
      hint: "name a program of the image; sh -c '...' runs shell syntax",
    })
    : new ClusterError(`${cannot}: ${result.message}`, { hint: "check that the step still holds" });
}
