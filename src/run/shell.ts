/** A shell, or a command, in the container of a step that holds. */
import { ClusterError } from "../errors.ts";
import type { RawTerminal } from "../host.ts";
import type { ExecResult, Kube } from "../kube/interface.ts";
import { shellCommand } from "../step/scripts.ts";
import type { FoundStep } from "./held_steps.ts";

export interface Output {
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
}

/** Its exit code. `name` is the step's in the prompt. Throws ClusterError where there is no shell. */
export async function openShell(
  kube: Kube,
  step: FoundStep,
  { name, term, terminal, output }: {
    name: string;
    /** The kind of the terminal here, as in $TERM. */
    term: string;
    terminal: RawTerminal;
    output: Output;
  },
): Promise<number> {
  const { namespace, pod, container } = step;
  const result = await kube.exec({
    namespace,
    pod,
    container,
    command: shellCommand(name, term),
    stdin: terminal.keys,
    terminal: terminal.sizes,
    ...output,
  });
  return exitCode(
    result,
    name,
    `kubectl debug -it ${pod} -n ${namespace} --image=busybox ` +
      `--target=${container} adds a container that has one, where you may`,
  );
}

export async function runCommand(
  kube: Kube,
  step: FoundStep,
  { name, command, stdin, output }: {
    name: string;
    command: readonly string[];
    stdin?: ReadableStream<Uint8Array>;
    output: Output;
  },
): Promise<number> {
  const { namespace, pod, container } = step;
  const result = await kube.exec({ namespace, pod, container, command, stdin, ...output });
  return exitCode(result, name, "does the image have this program?");
}

function exitCode({ exitCode, message }: ExecResult, name: string, hint: string): number {
  if (exitCode !== undefined) return exitCode;
  const why = /executable file not found|no such file/.test(message)
    ? "its image has no such program"
    : message;
  throw new ClusterError(`Cannot run a command in step "${name}": ${why}`, { hint });
}
