/**
 * One command in a container over Kubernetes' exec websocket, with a stdin that has an end and
 * backpressure: client libraries offer neither.
 */
import { ClusterError, ExpectedError } from "../errors.ts";
import { LARGEST, parseExecStatus, parseStatus, readStart } from "./answers.ts";
import { ConversationLog } from "./conversation.ts";
import {
  Channel,
  decodeFrame,
  encodeClose,
  encodeResize,
  exitCodeOf,
  frameEncoder,
  V4,
  V5,
} from "./frames.ts";
import type { ExecOptions, ExecResult, TerminalSize } from "./interface.ts";
import { ANSWER_TIMEOUT_MS, isTimeout, within } from "./limit.ts";
import { execPath } from "./paths.ts";
import { Backoff, isPassing, MOST_RETRIES, retryAfterMs } from "./retry.ts";
import { untilSilent } from "./silence.ts";
import { isStatus, refused, StatusError, unreachable } from "./status.ts";
import type { Debug, Socket, Transport } from "./transport.ts";

/** Above this many bytes in the socket's own buffer, stdin is not read on. */
const HIGH_WATER_BYTES = 1 << 20;
/** No event tells that a WebSocket's buffer drained, so it is looked at again this soon. */
const DRAIN_LOOK_MS = 1;
/** A WebSocket's readyState. */
const OPEN = 1;
/** What a server says to a request that would be fine as an upgrade. */
const UPGRADE_REQUIRED = /upgrade request required/i;

/** The options of one exec, and what prints its lines of `--verbose`. */
export type Options = ExecOptions & { readonly debug?: Debug };

/** Throws the signal's reason, at once, where it aborts: a network that is gone says no goodbye. */
export async function exec(transport: Transport, options: Options): Promise<ExecResult> {
  const { signal, deadlineMs, debug, pod, container, command } = options;
  signal?.throwIfAborted();
  const ended = new AbortController();
  const failed = Promise.withResolvers<never>();
  const onAbort = () => failed.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  if (deadlineMs !== undefined) {
    transport.delay(deadlineMs, ended.signal)
      .then(() => failed.reject(silent(options, deadlineMs)), () => {});
  }
  // Arguments may be results, or a script of the user's: their number is enough.
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

/** One command's connection. */
interface Line {
  readonly socket: Socket;
  /** Resolves with the Status of channel 3; rejects where the socket closes without one. */
  readonly result: Promise<ExecResult>;
  /** How many messages came. */
  received: number;
  /** How many bytes were given to the socket. */
  sentBytes: number;
  /** Whether stdin has ended, or there is none. */
  hasEnded: boolean;
}

async function converse(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<ExecResult> {
  const line = await open(transport, options, ended);
  const sent = sendStdin(transport, line, options, ended);
  if (options.terminal !== undefined) void sendSizes(line.socket, options.terminal, ended);
  // A stdin that fails (an unreadable file) ends the command too: its error is the one to tell.
  const failed = sent.then(() => new Promise<never>(() => {}));
  return await Promise.race([line.result, failed, endSilence(transport, line, options, ended)]);
}

/** Rejects where the other side is silent for too long: see ExecOptions. */
async function endSilence(
  transport: Transport,
  line: Line,
  options: Options,
  ended: AbortSignal,
): Promise<never> {
  const { silenceMs, isAwaited = () => false } = options;
  if (silenceMs === undefined) return await new Promise<never>(() => {});
  const { socket } = line;
  const isExpected = () => socket.bufferedAmount > 0 || line.hasEnded || isAwaited();
  await untilSilent(
    transport,
    { ms: silenceMs, signal: ended, isExpected },
    () => `${line.received} ${line.sentBytes - socket.bufferedAmount}`,
  );
  throw silent(options, silenceMs);
}

function silent({ pod }: Options, ms: number): ClusterError {
  return new ClusterError(`Cannot run a command in pod "${pod}": no answer for ${ms / 1000} s`, {
    hint: "the network may be interrupted, or the node is gone",
  });
}

/**
 * The second try is for an upgrade that was refused where a plain request finds nothing wrong but
 * that it is none: meanwhile the transport has got a new token, or the network has come back. A server
 * in trouble is tried some more times: a refused upgrade has run nothing.
 */
async function open(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<Line> {
  const backoff = new Backoff();
  let hasTriedAgain = false;
  for (let tries = 1;; tries++) {
    const limit = { ms: ANSWER_TIMEOUT_MS, signals: [ended] };
    const line = await within(transport, limit, (signal) => tryToOpen(transport, options, signal))
      .catch((error) => {
        throw isTimeout(error) ? unreachable(transport.server, error) : error;
      });
    if (line !== undefined) {
      options.debug?.(`is open, ${line.socket.protocol}`);
      ended.addEventListener("abort", () => line.socket.close());
      if (ended.aborted) line.socket.close();
      return line;
    }
    ended.throwIfAborted();
    const reason = await reasonOf(transport, options, ended);
    if (reason instanceof StatusError && isPassing(reason) && tries <= MOST_RETRIES) {
      await transport.delay(backoff.after(reason), ended);
      continue;
    }
    const isUpgradeAlone = isStatus(reason, 400) && UPGRADE_REQUIRED.test(reason.message);
    if (!isUpgradeAlone) throw reason;
    if (hasTriedAgain) throw noWebSocket(transport, options);
    hasTriedAgain = true;
  }
}

/** Undefined where the upgrade is refused. The signal's abort closes what is not open yet. */
async function tryToOpen(
  transport: Transport,
  options: Options,
  signal: AbortSignal,
): Promise<Line | undefined> {
  const socket = await transport.socket(execPath(options), [V5, V4]).catch((error) => {
    throw error instanceof ExpectedError ? error : unreachable(transport.server, error);
  });
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  const line = receive(socket, options);
  const isOpen = await isOpened(socket);
  signal.removeEventListener("abort", close);
  return isOpen ? line : undefined;
}

function isOpened(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", () => resolve(false));
  });
}

function receive(socket: Socket, options: Options): Line {
  const { promise: result, resolve, reject } = Promise.withResolvers<ExecResult>();
  const line: Line = {
    socket,
    result,
    received: 0,
    sentBytes: 0,
    hasEnded: options.stdin === undefined,
  };
  const shown = shownLines(options, ">");
  // What is done with the output may fail (a full disk): that ends the command.
  const told = (call: ExecOptions["onStdout"], bytes: Uint8Array) => {
    try {
      call?.(bytes);
    } catch (error) {
      reject(error);
    }
  };
  socket.addEventListener("message", ({ data }) => {
    line.received += 1;
    const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
    if (frame === undefined) return;
    if (frame.channel === Channel.stdout) shown?.add(frame.payload);
    if (frame.channel === Channel.stdout) told(options.onStdout, frame.payload);
    else if (frame.channel === Channel.stderr) told(options.onStderr, frame.payload);
    else if (frame.channel === Channel.error) {
      const status = parseExecStatus(new TextDecoder().decode(frame.payload));
      resolve({ exitCode: exitCodeOf(status), message: status.message ?? "" });
    }
  });
  socket.addEventListener("close", ({ code, reason }) => {
    const why = reason === "" ? `connection lost (${code})` : reason;
    reject(
      new ClusterError(
        `Cannot run a command in pod "${options.pod}": ${why}`,
        { hint: "the pod may be gone, or the network interrupted" },
      ),
    );
  });
  result.catch(() => {}); // it is awaited later, or not at all where opening fails
  return line;
}

function shownLines({ debug, isProtocol = false }: Options, mark: string) {
  return debug && isProtocol ? new ConversationLog(debug, mark) : undefined;
}

async function sendStdin(
  transport: Transport,
  line: Line,
  options: Options,
  ended: AbortSignal,
): Promise<void> {
  if (options.stdin === undefined) return;
  const { socket } = line;
  const reader = options.stdin.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", stop);
  try {
    const canEnd = socket.protocol !== V4;
    if (!canEnd && options.terminal === undefined) throw noHalfClose(options);
    const encode = frameEncoder(Channel.stdin);
    const shown = shownLines(options, "<");
    while (socket.readyState === OPEN) {
      const { done, value } = await reader.read();
      if (ended.aborted) return;
      if (done) {
        line.hasEnded = true;
        return canEnd ? socket.send(encodeClose(Channel.stdin)) : undefined;
      }
      shown?.add(value);
      const message = encode(value);
      line.sentBytes += message.length;
      socket.send(message);
      while (socket.bufferedAmount > HIGH_WATER_BYTES && socket.readyState === OPEN) {
        await transport.delay(DRAIN_LOOK_MS);
      }
    }
  } finally {
    ended.removeEventListener("abort", stop);
    stop();
  }
}

async function sendSizes(
  socket: Socket,
  sizes: AsyncIterable<TerminalSize>,
  ended: AbortSignal,
): Promise<void> {
  for await (const { columns, rows } of sizes) {
    if (ended.aborted || socket.readyState !== OPEN) return;
    socket.send(encodeResize(columns, rows));
  }
}

function noHalfClose({ pod }: Options): ClusterError {
  return new ClusterError(`Cannot end stdin in pod "${pod}": the server speaks only ${V4}`, {
    hint: "Kubernetes 1.30 and later speak v5",
  });
}

function noWebSocket(transport: Transport, { pod }: Options): ClusterError {
  return new ClusterError(
    `Cannot exec into Pod "${pod}": no websocket to ${transport.server} can be opened`,
    { hint: "does a proxy stand in between that lets none through?" },
  );
}

/** Why the upgrade was refused: the socket's error can't say it, a plain request of the same path can. */
async function reasonOf(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<Error> {
  const attempt = {
    verb: "exec into",
    kind: "Pod",
    name: options.pod,
    namespace: options.namespace,
    server: transport.server,
  };
  try {
    return await within(transport, { ms: ANSWER_TIMEOUT_MS, signals: [ended] }, async (signal) => {
      const response = await transport.request(execPath(options), { signal });
      const { text } = await readStart(response, LARGEST.status);
      const status = parseStatus(text, response.status);
      return refused(attempt, status, retryAfterMs(response.headers, status));
    });
  } catch (error) {
    return error instanceof ExpectedError ? error : unreachable(transport.server, error);
  }
}
