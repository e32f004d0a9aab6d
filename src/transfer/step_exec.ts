/** A command in the held step's container, as part of an upload: what goes wrong with it is told in words. */
import { ClusterError, TransferError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { StatusError } from "../kube/status.ts";
import type { Pause } from "../hold/pause.ts";
import type { Pulse } from "./protocol.ts";
import { type Attempted, refusal } from "./refusal.ts";
import { NoAnswer, Reply } from "./reply.ts";
import { ticking } from "../async/ticking.ts";

export interface StepExecOptions extends Attempted {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

export interface StepCommand {
  readonly command: readonly string[];
  /** What it is told, which may depend on what it says. */
  readonly stdin?: (reply: Reply) => AsyncIterable<Uint8Array>;
  /** It pulses each five seconds, and so is gone if it falls silent. */
  readonly pulses?: boolean;
  /** Called for each pulse: true if that shows that what is sent does not arrive. */
  readonly onPulse?: (pulse: Pulse) => boolean;
}

/** So long a receiver that pulses, or one that was asked something, may be silent. */
const SILENCE_SECONDS = 30;
/** The same of one that can't pulse, which may have a large file to check. */
const LONG_SILENCE_MS = 600_000;

/** All that it said, once it has ended well. Throws TransferError, and ClusterError where the server says no. */
export async function stepExec(
  options: StepExecOptions,
  { command, stdin, pulses = false, onPulse = () => false }: StepCommand,
): Promise<Reply> {
  const { kube, clock, pause: { namespace, pod, container } } = options;
  const lost = new AbortController();
  const signal = AbortSignal.any([options.signal, lost.signal]);
  let isPulsing = pulses;
  let silentSeconds = 0;
  const giveUp = (why: string) => lost.abort(new ClusterError(`Cannot reach the step: ${why}`));
  const reply = new Reply((pulse) => {
    isPulsing = true;
    if (onPulse(pulse)) giveUp("what is sent does not arrive");
  });
  const heard = () => void (silentSeconds = 0);
  // By ticks, not by the clock: while this program was stopped it heard nothing.
  using _looking = ticking(clock, { everyMs: 1_000, signal }, () => {
    silentSeconds = isPulsing || reply.isAsked ? silentSeconds + 1 : 0;
    if (silentSeconds >= SILENCE_SECONDS) giveUp(`it is silent for ${SILENCE_SECONDS} s`);
  });
  try {
    const result = await kube.exec({
      namespace,
      pod,
      container,
      command,
      stdin: stdin === undefined ? undefined : ReadableStream.from(answered(stdin(reply))),
      onStdout: (bytes) => (heard(), reply.stdout(bytes)),
      onStderr: (bytes) => (heard(), reply.stderr(bytes)),
      silenceMs: LONG_SILENCE_MS,
      isProtocol: true,
      signal,
    });
    if (result.exitCode !== 0) throw refusal(options, result, reply);
    return reply;
  } catch (error) {
    options.signal.throwIfAborted();
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
  if (!(error instanceof ClusterError) || error instanceof StatusError) return error;
  return new TransferError(
    `Cannot upload into step "${pause.step}": ${error.message.replace(/^Cannot /, "can't ")}`,
    { hint: "the step was not released; try again", cause: error, connectionLost: true },
  );
}
