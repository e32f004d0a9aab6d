/**
 * A command that runs in the held step's container as part of an upload. A command that falls
 * silent counts as lost; its failures become errors in words.
 */
import { ClusterError, TransferError } from "../../errors.ts";
import type { Clock } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { NoExec } from "../../kube/exec/refusals.ts";
import { StatusError } from "../../kube/status.ts";
import type { Pause } from "../../hold/pause.ts";
import type { Pulse } from "../../step/protocol/receive.ts";
import { ticking } from "../../async/ticking.ts";
import { type Attempted, refusal } from "./refusal.ts";
import { NoAnswer, Reply } from "./reply.ts";

export interface StepExecOptions extends Attempted {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

export interface StepCommand {
  readonly command: readonly string[];
  /** Whether the client writes to the command's stdin; true by default. */
  readonly hasStdin?: boolean;
  /** Whether the command is known to pulse every five seconds, so that silence means it is lost. */
  readonly pulses?: boolean;
  /** Called for each pulse. Returns whether it shows that the sent bytes do not arrive. */
  readonly onPulse?: (pulse: Pulse) => boolean;
}

/** How long a command that pulses, or that owes an answer, may be silent. */
const SILENCE_SECONDS = 30;
/** The same for a command that can't pulse, which may have a large file to verify. */
const LONG_SILENCE_MS = 600_000;

export class StepExec {
  readonly reply: Reply;
  /**
   * Resolves once the command exits with 0. Rejects with TransferError, or with ClusterError if the
   * server refuses the command.
   */
  readonly ended: Promise<void>;
  readonly #stdin: ReadableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Errors stdin. An abort of the writer would wait for a write that nobody takes. */
  #failStdin: (reason: unknown) => void = () => {};
  readonly #stopped = new AbortController();
  #isPulsing: boolean;

  constructor(private readonly options: StepExecOptions, command: StepCommand) {
    const { pulses = false, onPulse = () => false } = command;
    this.#isPulsing = pulses;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => {
        this.#failStdin = (reason) => controller.error(reason);
      },
    });
    this.#stdin = readable;
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => {}); // rejects if the command ends first
    this.reply = new Reply((pulse) => {
      this.#isPulsing = true;
      if (onPulse(pulse)) this.#giveUp("what is sent does not arrive");
    });
    this.ended = this.#run(command);
    this.ended.catch(() => {}); // is awaited later
  }

  /**
   * Resolves once the command's stdin has taken the bytes. Throws NoAnswer if the command has
   * ended.
   */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch {
      throw new NoAnswer();
    }
  }

  /** Writes the chunks for as long as the command wants more. Throws as `write`. */
  async writeAll(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      if (this.reply.wantsNoMore) return;
      await this.write(chunk);
    }
  }

  /** Ends the command's stdin. */
  closeStdin(): void {
    this.#writer.close().catch(() => {}); // it has ended already
  }

  /** Ends the command with this error if it still runs, and waits for its end. */
  async stop(reason: unknown): Promise<void> {
    this.#failStdin(reason);
    this.#stopped.abort(reason);
    await this.ended.catch(() => {});
  }

  async #run({ command, hasStdin = true }: StepCommand): Promise<void> {
    const { kube, clock, pause: { namespace, pod, container } } = this.options;
    const signal = AbortSignal.any([this.options.signal, this.#stopped.signal]);
    let isOpen = false;
    let silentSeconds = 0;
    const hear = () => void (silentSeconds = 0);
    // By ticks, not by the clock: while this program was stopped it heard nothing.
    using _listening = ticking(clock, { everyMs: 1_000, signal }, () => {
      const isExpected = isOpen && (this.#isPulsing || this.reply.isAwaited);
      silentSeconds = isExpected ? silentSeconds + 1 : 0;
      if (silentSeconds >= SILENCE_SECONDS) this.#giveUp(`it is silent for ${SILENCE_SECONDS} s`);
    });
    try {
      const result = await kube.exec({
        namespace,
        pod,
        container,
        command,
        stdin: hasStdin ? this.#stdin : undefined,
        onOpen: () => void (isOpen = true),
        onStdout: (bytes) => (hear(), this.reply.stdout(bytes)),
        onStderr: (bytes) => (hear(), this.reply.stderr(bytes)),
        silenceMs: LONG_SILENCE_MS,
        isProtocol: true,
        signal,
      });
      if (result.exitCode !== 0) throw refusal(this.options, result, this.reply);
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw connectionLost(this.options, error);
    } finally {
      this.reply.end();
      this.#failStdin(new NoAnswer());
    }
  }

  #giveUp(why: string): void {
    this.#stopped.abort(new ClusterError(`Cannot reach the step: ${why}`));
  }
}

/** Turns a connection that failed into a TransferError; returns any other error as it is. */
function connectionLost({ pause }: StepExecOptions, error: unknown): unknown {
  const isFinal = error instanceof StatusError || error instanceof NoExec;
  if (!(error instanceof ClusterError) || isFinal) return error;
  return new TransferError(
    `Cannot upload into step "${pause.step}": ${error.message.replace(/^Cannot /, "cannot ")}`,
    { hint: "the step was not released; try again", cause: error, connectionLost: true },
  );
}
