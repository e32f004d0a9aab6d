/** Opens an exec by a websocket, v5.channel.k8s.io or v4.channel.k8s.io. */
import { ClusterError, ExpectedError } from "../../errors.ts";
import { LARGEST, parseStatus, readStart } from "../answers.ts";
import {
  Channel,
  decodeFrame,
  encodeClose,
  encodeResize,
  frameEncoder,
  V4,
  V5,
} from "../frames.ts";
import type { ExecResult, TerminalSize } from "../interface.ts";
import { ANSWER_TIMEOUT_MS, isTimeout, within } from "../limit.ts";
import { execPath } from "../paths.ts";
import { Backoff, isPassing, MOST_RETRIES, retryAfterMs } from "../retry.ts";
import { isStatus, refused, StatusError, unreachable } from "../status.ts";
import type { Socket, Transport } from "../transport.ts";
import { type ExecStream, type Options, type Output, resultOf } from "./stream.ts";

/** The client stops reading stdin while the socket buffers more bytes than this. */
const HIGH_WATER_BYTES = 1 << 20;
/**
 * How often the client looks at the buffer of a WebSocket, which has no event for a drained one.
 */
const DRAIN_LOOK_MS = 1;
/** A WebSocket's readyState. */
const OPEN = 1;
/** The answer to a plain request that would be valid as an upgrade. */
export const UPGRADE_REQUIRED = /upgrade request required/i;

/**
 * Opens the connection. A refused upgrade has run no command, so the client tries again:
 * - once if a plain request of the same path shows no other fault than that it is not an upgrade.
 *   The transport has refreshed its token by then, or the network is back.
 * - several times if the server is in trouble.
 */
export async function openWebSocket(
  transport: Transport,
  options: Options,
  output: Output,
  ended: AbortSignal,
): Promise<ExecStream> {
  const backoff = new Backoff();
  let hasTriedAgain = false;
  for (let tries = 1;; tries++) {
    const limit = { ms: ANSWER_TIMEOUT_MS, signals: [ended] };
    const stream = await within(
      transport,
      limit,
      (signal) => tryToOpen(transport, options, output, signal),
    )
      .catch((error) => {
        throw isTimeout(error) ? unreachable(transport.server, error) : error;
      });
    if (stream !== undefined) return stream;
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
  output: Output,
  signal: AbortSignal,
): Promise<ExecStream | undefined> {
  const socket = await transport.socket(execPath(options), [V5, V4], signal).catch((error) => {
    throw error instanceof ExpectedError ? error : unreachable(transport.server, error);
  });
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  const stream = new WebSocketExec(transport, socket, options, output);
  const isOpen = await isOpened(socket);
  signal.removeEventListener("abort", close);
  return isOpen ? stream : undefined;
}

function isOpened(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", () => resolve(false));
  });
}

class WebSocketExec implements ExecStream {
  readonly result: Promise<ExecResult>;
  received = 0;
  sentBytes = 0;
  readonly #encode = frameEncoder(Channel.stdin);

  constructor(
    private readonly transport: Transport,
    private readonly socket: Socket,
    { pod }: Options,
    output: Output,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
    this.result = promise;
    promise.catch(() => {}); // is awaited later, unless the socket never opens
    socket.addEventListener("message", ({ data }) => {
      this.received += 1;
      const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
      if (frame === undefined) return;
      const { channel, payload } = frame;
      if (channel === Channel.stdout) output.stdout(payload);
      else if (channel === Channel.stderr) output.stderr(payload);
      else if (channel === Channel.error) resolve(resultOf(new TextDecoder().decode(payload)));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      const why = reason === "" ? `connection lost (${code})` : reason;
      reject(
        new ClusterError(
          `Cannot run a command in pod "${pod}": ${why}`,
          { hint: "the pod may be gone, or the network interrupted" },
        ),
      );
    });
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  get canEndStdin(): boolean {
    return this.socket.protocol !== V4;
  }

  get isOpen(): boolean {
    return this.socket.readyState === OPEN;
  }

  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }

  async send(bytes: Uint8Array): Promise<void> {
    const message = this.#encode(bytes);
    this.sentBytes += message.length;
    this.socket.send(message);
    while (this.socket.bufferedAmount > HIGH_WATER_BYTES && this.isOpen) {
      await this.transport.delay(DRAIN_LOOK_MS);
    }
  }

  endStdin(): void {
    this.socket.send(encodeClose(Channel.stdin));
  }

  resize({ columns, rows }: TerminalSize): void {
    this.socket.send(encodeResize(columns, rows));
  }

  close(): void {
    this.socket.close();
  }
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
  try {
    return await within(transport, { ms: ANSWER_TIMEOUT_MS, signals: [ended] }, async (signal) => {
      const response = await transport.request(execPath(options), { signal });
      return await refusalOf(transport, options, response);
    });
  } catch (error) {
    return error instanceof ExpectedError ? error : unreachable(transport.server, error);
  }
}

/** Returns the error for an answer that refuses the exec. */
export async function refusalOf(
  { server, actsAs }: Transport,
  { pod: name, namespace }: Options,
  response: Response,
): Promise<StatusError> {
  const { text } = await readStart(response, LARGEST.status);
  const status = parseStatus(text, response.status);
  const attempt = { verb: "exec into", kind: "Pod", name, namespace, server, actsAs };
  return refused(attempt, status, retryAfterMs(response.headers, status));
}
