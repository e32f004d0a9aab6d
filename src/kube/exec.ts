/**
 * Runs a command in a container over Kubernetes' exec, with a stdin that has backpressure and an
 * end. Client libraries offer neither. SPDY or a websocket carries it: see exec/.
 */
import { ClusterError } from "../errors.ts";
import { ConversationLog } from "./conversation.ts";
import { DEAD_MS, untilDead } from "./exec/keep_alive.ts";
import { open } from "./exec/open.ts";
import { NoExec } from "./exec/refusals.ts";
import type { ExecStream, Options, Output } from "./exec/stream.ts";
import { V4 } from "./frames.ts";
import type { ExecResult, TerminalSize } from "./interface.ts";
import { passed } from "./limit.ts";
import { untilSilent } from "./silence.ts";
import type { Transport } from "./transport.ts";

/** Throws the reason of the signal as soon as it aborts: a lost network closes no socket. */
export async function exec(transport: Transport, options: Options): Promise<ExecResult> {
  const { signal, deadlineMs, debug, pod, container, command } = options;
  signal?.throwIfAborted();
  const ended = new AbortController();
  const failed = Promise.withResolvers<never>();
  const onAbort = () => failed.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  if (deadlineMs !== undefined) {
    passed(transport, deadlineMs, ended.signal)
      .then(() => failed.reject(silent(options, deadlineMs)), () => {});
  }
  // The arguments may contain results, or a script of the user.
  debug?.(`runs ${command[0]} with ${command.length - 1} arguments in ${pod}, ${container}`);
  try {
    const result = await Promise.race([
      failed.promise,
      converse(transport, options, ended.signal),
    ]);
    debug?.(result.exitCode === undefined ? "did not start" : `exited with ${result.exitCode}`);
    return result;
  } catch (error) {
    debug?.(`failed: ${error instanceof Error ? error.message : error}`);
    throw error;
  } finally {
    ended.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

async function converse(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<ExecResult> {
  const consumer = Promise.withResolvers<never>();
  consumer.promise.catch(() => {}); // the command may not even start
  const opened = await open(transport, options, outputTo(options, consumer.reject), ended);
  if ("notRun" in opened) return opened.notRun;
  options.debug?.(`is open, ${opened.protocol}`);
  options.onOpen?.();
  ended.addEventListener("abort", () => opened.close());
  if (ended.aborted) opened.close();
  const stdin = { hasEnded: options.stdin === undefined };
  const sent = sendStdin(opened, stdin, options, ended);
  if (options.terminal !== undefined) void sendSizes(opened, options.terminal, ended);
  // A stdin that fails, such as an unreadable file, ends the command with its error.
  const failed = sent.then(() => new Promise<never>(() => {}));
  return await Promise.race([
    consumer.promise,
    opened.result,
    failed,
    endSilence(transport, opened, stdin, options, ended),
    endDead(transport, opened, options, ended),
  ]);
}

/** A consumer of the output that fails, such as a full disk, ends the command. */
function outputTo(options: Options, fail: (error: unknown) => void): Output {
  const shown = shownLines(options, ">");
  const deliver = (call: Options["onStdout"], bytes: Uint8Array) => {
    try {
      call?.(bytes);
    } catch (error) {
      fail(error);
    }
  };
  return {
    stdout(bytes) {
      shown?.add(bytes);
      deliver(options.onStdout, bytes);
    },
    stderr: (bytes) => deliver(options.onStderr, bytes),
  };
}

/** Whether stdin has ended, or the command has no stdin. */
interface StdinState {
  hasEnded: boolean;
}

/** Rejects when the server is silent for too long, see ExecOptions. */
async function endSilence(
  transport: Transport,
  stream: ExecStream,
  stdin: StdinState,
  options: Options,
  ended: AbortSignal,
): Promise<never> {
  const { silenceMs, isAwaited = () => false } = options;
  if (silenceMs === undefined) return await new Promise<never>(() => {});
  const isExpected = () => stream.bufferedAmount > 0 || stdin.hasEnded || isAwaited();
  await untilSilent(
    transport,
    { ms: silenceMs, signal: ended, isExpected },
    () => `${stream.received} ${stream.sentBytes - stream.bufferedAmount}`,
  );
  throw silent(options, silenceMs);
}

/** Rejects when nothing answers on the connection. */
async function endDead(
  transport: Transport,
  stream: ExecStream,
  options: Options,
  ended: AbortSignal,
): Promise<never> {
  await untilDead(transport, stream, options, ended);
  throw silent(options, DEAD_MS);
}

function silent({ pod }: Options, ms: number): ClusterError {
  return new ClusterError(`Cannot run a command in pod "${pod}": no answer for ${ms / 1000} s`, {
    hint: "the network may be interrupted, or the node is gone",
  });
}

function shownLines({ debug, isProtocol = false }: Options, mark: string) {
  return debug && isProtocol ? new ConversationLog(debug, mark) : undefined;
}

async function sendStdin(
  stream: ExecStream,
  state: StdinState,
  options: Options,
  ended: AbortSignal,
): Promise<void> {
  if (options.stdin === undefined) return;
  const reader = options.stdin.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", stop);
  try {
    const { canEndStdin } = stream;
    const mayLackEnd = options.terminal !== undefined || options.endsWithStdin;
    if (!canEndStdin && !mayLackEnd) throw noHalfClose(options);
    const shown = shownLines(options, "<");
    while (stream.isOpen) {
      const { done, value } = await reader.read();
      if (ended.aborted) return;
      if (done) {
        state.hasEnded = true;
        if (canEndStdin) stream.endStdin();
        else if (options.endsWithStdin) stream.close();
        return;
      }
      shown?.add(value);
      await stream.send(value);
    }
  } finally {
    ended.removeEventListener("abort", stop);
    stop();
  }
}

async function sendSizes(
  stream: ExecStream,
  sizes: AsyncIterable<TerminalSize>,
  ended: AbortSignal,
): Promise<void> {
  for await (const size of sizes) {
    if (ended.aborted || !stream.isOpen) return;
    stream.resize(size);
  }
}

function noHalfClose({ pod }: Options): NoExec {
  return new NoExec(`Cannot end stdin in pod "${pod}": the server speaks only ${V4}`, {
    hint: "Kubernetes 1.30 and later speak v5; --exec-protocol=spdy works on every version",
  });
}
