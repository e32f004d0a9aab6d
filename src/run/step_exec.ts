/** A command in the held step's container, as part of an upload: what goes wrong with it is told in words. */
import { ClusterError, TransferError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import type { Pause } from "./pause_place.ts";
import { type Attempted, refusal } from "./refusal.ts";
import { NoAnswer, Reply } from "./reply.ts";

export interface StepExecOptions extends Attempted {
  readonly kube: Kube;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

export interface StepCommand {
  readonly command: readonly string[];
  /** What it is told, which may depend on what it says. */
  readonly stdin?: (reply: Reply) => AsyncIterable<Uint8Array>;
}

/** All that it said, once it has ended well. Throws TransferError, and ClusterError where the server says no. */
export async function stepExec(
  options: StepExecOptions,
  { command, stdin }: StepCommand,
): Promise<Reply> {
  const { kube, pause: { namespace, pod, container }, signal } = options;
  const reply = new Reply();
  try {
    const result = await kube.exec({
      namespace,
      pod,
      container,
      command,
      stdin: stdin === undefined ? undefined : ReadableStream.from(answered(stdin(reply))),
      onStdout: (bytes) => reply.stdout(bytes),
      onStderr: (bytes) => reply.stderr(bytes),
      signal,
    });
    if (result.exitCode !== 0) throw refusal(options, result, reply);
    return reply;
  } catch (error) {
    signal.throwIfAborted();
    throw connectionLost(options, error);
  } finally {
    reply.end();
  }
}

/** Up to a question that the command ends without an answer to: its exit code says why. */
async function* answered(
  stdin: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stdin;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/** A connection that fails is a transfer that failed; other errors as they are. */
function connectionLost({ pause }: StepExecOptions, error: unknown): unknown {
  if (!(error instanceof ClusterError) || "status" in error) return error;
  return new TransferError(
    `Cannot upload into step "${pause.step}": ${error.message.replace(/^Cannot /, "can't ")}`,
    { hint: "the step was not released; try again", cause: error, connectionLost: true },
  );
}
