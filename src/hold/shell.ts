/** A shell, or a command, in the container of a step that holds. */
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
  /** The kind of the terminal here, as in $TERM. */
  readonly term: string;
  /** Who it is, for others at the same step. */
  readonly user: string;
  /** Where requests for an edit are listened to. */
  readonly channel: string;
  /** What is known here of the step, for debug-info. */
  readonly header: string;
  readonly terminal: Pick<RawTerminal, "keys" | "sizes">;
  readonly output: Output;
  readonly signal?: AbortSignal;
}

/** Its exit code. Throws NoShellError where the image has none, ClusterError where it was cut off. */
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
    super(`Cannot open a shell in step "${stepPath(pause)}": its image has none`, {
      hint: "--debug-image IMAGE adds a container that has one to the pod, where you may",
    });
  }
}

export async function runCommand(
  kube: Kube,
  pause: Pause,
  { output, ...rest }: {
    command: readonly string[];
    stdin?: ReadableStream<Uint8Array>;
    terminal?: RawTerminal["sizes"];
    output: Output;
    signal?: AbortSignal;
    /** See ExecOptions. */
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
  const what = `Cannot run a command in step "${name}"`;
  throw isProgramMissing(result.message)
    ? new ClusterError(`${what}: its image has no such program`, {
      hint: "name one that it has: sh -c '...' for what a shell does itself",
    })
    : new ClusterError(`${what}: ${result.message}`, { hint: "does the step still hold?" });
}
