/** Opens an exec by a websocket, v5.channel.k8s.io or v4.channel.k8s.io. */
import { ClusterError } from "../../errors.ts";
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
import { execPath } from "../paths.ts";
import type { Socket, Transport } from "../transport.ts";
import { readRefusal } from "./refusals.ts";
import { type ExecStream, type Opened, type Options, type Output, resultOf } from "./stream.ts";

/** The client stops reading stdin while the socket buffers more bytes than this. */
const HIGH_WATER_BYTES = 1 << 20;
/**
 * How often the client looks at the buffer of a WebSocket, which has no event for a drained one.
 */
const DRAIN_LOOK_MS = 1;
/** A WebSocket's readyState. */
const OPEN = 1;

/** An abort closes a socket that is not open yet. */
export async function tryToOpenWebSocket(
  transport: Transport,
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<Opened> {
  const socket = await transport.socket(execPath(options), [V5, V4], signal);
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  const stream = new WebSocketExec(transport, socket, options, output);
  try {
    if (await isOpened(socket)) return stream;
    const { refusal } = socket;
    if (refusal === undefined) throw new Error("the connection was closed without an answer");
    return await readRefusal(transport, options, refusal);
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
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
  pongs = 0;
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
    socket.addEventListener("pong", () => this.pongs += 1);
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

  ping(): void {
    this.socket.ping();
  }

  resize({ columns, rows }: TerminalSize): void {
    this.socket.send(encodeResize(columns, rows));
  }

  close(): void {
    this.socket.close();
  }
}
