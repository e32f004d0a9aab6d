/**
 * Runs a command in a container over Kubernetes' exec websocket, with a stdin that has backpressure
 * and an end. Client libraries offer neither.
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
import { ANSWER_TIMEOUT_MS, isTimeout, passed, within } from "./limit.ts";
import { execPath } from "./paths.ts";
import { Backoff, isPassing, MOST_RETRIES, retryAfterMs } from "./retry.ts";
import { untilSilent } from "./silence.ts";
import { isStatus, refused, StatusError, unreachable } from "./status.ts";
import type { Debug, Socket, Transport } from "./transport.ts";

/** The client stops reading stdin while the socket buffers more bytes than this. */
const HIGH_WATER_BYTES = 1 << 20;
/**
 * How often the client looks at the buffer of a WebSocket, which has no event for a drained one.
 */
const DRAIN_LOOK_MS = 1;
/** A WebSocket's readyState. */
const OPEN = 1;
/** The answer to a plain request that would be valid as an upgrade. */
const UPGRADE_REQUIRED = /upgrade request required/i;

/** The options of one exec, and what prints its lines of `--verbose`. */
export type Options = ExecOptions & { readonly debug?: Debug };

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

/** The connection of one command. */
interface Connection {
  readonly socket: Socket;
  /** Resolves with the Status of channel 3; rejects if the socket closes without one. */
  readonly result: Promise<ExecResult>;
  /** The number of received messages. */
  received: number;
  /** The number of bytes that the socket was given. */
  sentBytes: number;
  /** Whether stdin has ended, or the command has no stdin. */
  hasEnded: boolean;
}

async function converse(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<ExecResult> {
  const connection = await open(transport, options, ended);
  const sent = sendStdin(transport, connection, options, ended);
  if (options.terminal !== undefined) void sendSizes(connection.socket, options.terminal, ended);
  // A stdin that fails, such as an unreadable file, ends the command with its error.
  const failed = sent.then(() => new Promise<never>(() => {}));
  return await Promise.race([
    connection.result,
    failed,
    endSilence(transport, connection, options, ended),
  ]);
}

/** Rejects when the server is silent for too long, see ExecOptions. */
async function endSilence(
  transport: Transport,
  connection: Connection,
  options: Options,
  ended: AbortSignal,
): Promise<never> {
  const { silenceMs, isAwaited = () => false } = options;
  if (silenceMs === undefined) return await new Promise<never>(() => {});
  const { socket } = connection;
  const isExpected = () => socket.bufferedAmount > 0 || connection.hasEnded || isAwaited();
  await untilSilent(
    transport,
    { ms: silenceMs, signal: ended, isExpected },
    () => `${connection.received} ${connection.sentBytes - socket.bufferedAmount}`,
  );
  throw silent(options, silenceMs);
}

function silent({ pod }: Options, ms: number): ClusterError {
  return new ClusterError(`Cannot run a command in pod "${pod}": no answer for ${ms / 1000} s`, {
    hint: "the network may be interrupted, or the node is gone",
  });
}

/**
 * Opens the connection. A refused upgrade has run no command, so the client tries again:
 * - once if a plain request of the same path shows no other fault than that it is not an upgrade.
 *   The transport has refreshed its token by then, or the network is back.
 * - several times if the server is in trouble.
 */
async function open(
  transport: Transport,
  options: Options,
  ended: AbortSignal,
): Promise<Connection> {
  const backoff = new Backoff();
  let hasTriedAgain = false;
  for (let tries = 1;; tries++) {
    const limit = { ms: ANSWER_TIMEOUT_MS, signals: [ended] };
    const connection = await within(
      transport,
      limit,
      (signal) => tryToOpen(transport, options, signal),
    )
      .catch((error) => {
        throw isTimeout(error) ? unreachable(transport.server, error) : error;
      });
    if (connection !== undefined) {
      options.debug?.(`is open, ${connection.socket.protocol}`);
      ended.addEventListener("abort", () => connection.socket.close());
      if (ended.aborted) connection.socket.close();
      return connection;
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

/**
 * Returns undefined if the server refuses the upgrade. An abort closes a socket that is not open
 * yet.
 */
async function tryToOpen(
  transport: Transport,
  options: Options,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const socket = await transport.socket(execPath(options), [V5, V4], signal).catch((error) => {
    throw error instanceof ExpectedError ? error : unreachable(transport.server, error);
  });
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  const connection = receive(socket, options);
  const isOpen = await isOpened(socket);
  signal.removeEventListener("abort", close);
  return isOpen ? connection : undefined;
}

function isOpened(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", () => resolve(false));
  });
}

function receive(socket: Socket, options: Options): Connection {
  const { promise: result, resolve, reject } = Promise.withResolvers<ExecResult>();
  const connection: Connection = {
    socket,
    result,
    received: 0,
    sentBytes: 0,
    hasEnded: options.stdin === undefined,
  };
  const shown = shownLines(options, ">");
  // A consumer of the output that fails, such as a full disk, ends the command.
  const deliver = (call: ExecOptions["onStdout"], bytes: Uint8Array) => {
    try {
      call?.(bytes);
    } catch (error) {
      reject(error);
    }
  };
  socket.addEventListener("message", ({ data }) => {
    connection.received += 1;
    const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
    if (frame === undefined) return;
    if (frame.channel === Channel.stdout) shown?.add(frame.payload);
    if (frame.channel === Channel.stdout) deliver(options.onStdout, frame.payload);
    else if (frame.channel === Channel.stderr) deliver(options.onStderr, frame.payload);
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
  result.catch(() => {}); // is awaited later, unless the socket never opens
  return connection;
}

function shownLines({ debug, isProtocol = false }: Options, mark: string) {
  return debug && isProtocol ? new ConversationLog(debug, mark) : undefined;
}

async function sendStdin(
  transport: Transport,
  connection: Connection,
  options: Options,
  ended: AbortSignal,
): Promise<void> {
  if (options.stdin === undefined) return;
  const { socket } = connection;
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
        connection.hasEnded = true;
        return canEnd ? socket.send(encodeClose(Channel.stdin)) : undefined;
      }
      shown?.add(value);
      const message = encode(value);
      connection.sentBytes += message.length;
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

/** Returns why the server refuses the upgrade, from a plain request of the same path. */
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
    actsAs: transport.actsAs,
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
