/** Asks over a fresh connection to speak another protocol than HTTP. */
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { ByteStream, Upgrade } from "../../kube/transport.ts";

export interface UpgradeRequest {
  /** `host` is among them. */
  readonly headers: Record<string, string>;
  readonly path: string;
  readonly signal?: AbortSignal;
}

/** Sends a POST without a body. The socket is closed unless the server agrees. */
export function upgrade(
  socket: Socket,
  { headers, path, signal }: UpgradeRequest,
): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    const asking = request({
      method: "POST",
      path,
      headers: { ...headers, connection: "Upgrade", "content-length": 0 },
      createConnection: () => socket,
    });
    let isAnswered = false;
    const answer = (upgrade: Upgrade) => {
      isAnswered = true;
      signal?.removeEventListener("abort", onAbort);
      resolve(upgrade);
    };
    const fail = (error: unknown) => {
      if (isAnswered) return;
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    asking.on("upgrade", (response, _socket, head: Uint8Array) => {
      answer({ stream: new SocketStream(socket, head), headers: headersOf(response) });
    });
    asking.on("response", (response) => answer({ refusal: refusalOf(response, socket) }));
    asking.on("error", fail);
    asking.on("close", () => fail(new Error("the connection was closed")));
    if (signal?.aborted) onAbort();
    else asking.end();
  });
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

function refusalOf(response: IncomingMessage, socket: Socket): Response {
  const body = Readable.toWeb(response) as ReadableStream<Uint8Array<ArrayBuffer>>;
  response.on("close", () => socket.destroy());
  return new Response(body, { status: response.statusCode, headers: headersOf(response) });
}

/** The client stops sending while the socket buffers more bytes than this. */
const HIGH_WATER_BYTES = 1 << 20;

class SocketStream implements ByteStream {
  readonly chunks: AsyncIterable<Uint8Array>;

  constructor(private readonly socket: Socket, head: Uint8Array) {
    if (head.length > 0) socket.unshift(head);
    socket.on("error", () => {}); // the reader gets it
    this.chunks = socket;
  }

  get bufferedAmount(): number {
    return this.socket.writableLength;
  }

  async send(bytes: Uint8Array): Promise<void> {
    const { socket } = this;
    if (socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength <= HIGH_WATER_BYTES) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
