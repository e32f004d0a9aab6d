/** HTTP/1.1 over connections that `open` makes, which stay open for the next requests. */
import {
  Agent,
  type ClientRequest,
  type ClientRequestArgs,
  type IncomingMessage,
  request,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { failIfClosed, LARGEST_HEADERS } from "./dial/sockets.ts";
import { isTimeout } from "../../kube/limit.ts";
import type { RequestOptions } from "../../kube/transport.ts";

/** The header fields, each with its values: one header for each of them. */
export type HeaderFields = Readonly<Record<string, string[]>>;

/** A request as the client sends it. */
export type Sent = Omit<RequestOptions, "headers"> & { readonly headers?: HeaderFields };

/** Servers and proxies end idle connections later than this, so none breaks under a request. */
const IDLE_MS = 10_000;

/** The statuses of answers that have no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

export interface HttpClientOptions {
  readonly idleMs?: number;
  /** Whether the server may pack long answers. */
  readonly isPacked?: boolean;
}

export class HttpClient {
  readonly #agent: ConnectionPool;
  readonly #isPacked: boolean;

  constructor(
    open: (signal?: AbortSignal) => Promise<Socket>,
    { idleMs = IDLE_MS, isPacked = true }: HttpClientOptions = {},
  ) {
    this.#agent = new ConnectionPool(open, idleMs);
    this.#isPacked = isPacked;
  }

  /**
   * Resolves with the start of the answer. The signal ends the answer too; if its reason is a
   * TimeoutError, the idle connections are not used any more.
   */
  async send(url: URL, init: Sent): Promise<Response> {
    try {
      return await answerOf(this.#ask(url, init), init.signal);
    } catch (error) {
      if (isTimeout(error)) this.#agent.closeIdle();
      throw error;
    }
  }

  #ask(url: URL, { method, headers, body, isStream, signal }: Sent): ClientRequest {
    const args: Args = {
      agent: this.#agent,
      method,
      path: url.pathname + url.search,
      headers: {
        host: url.host,
        // A server packs long answers alone; a stream must not wait for a full block.
        ...(isStream || !this.#isPacked ? {} : { "accept-encoding": "gzip" }),
        ...(body === undefined ? {} : { "content-length": new TextEncoder().encode(body).length }),
        ...headers,
      },
      maxHeaderSize: LARGEST_HEADERS,
      dialSignal: signal,
    };
    const asking = request(args);
    failIfClosed(asking);
    asking.end(body);
    return asking;
  }
}

interface Args extends ClientRequestArgs {
  /** Ends the dialing for the request. */
  readonly dialSignal?: AbortSignal;
}

/** Keeps connections for as long as they are safe to use again. */
class ConnectionPool extends Agent {
  constructor(
    private readonly open: (signal?: AbortSignal) => Promise<Socket>,
    private readonly idleMs: number,
  ) {
    super({ keepAlive: true, maxFreeSockets: 64 });
  }

  override createConnection(
    { dialSignal }: Args,
    created?: (error: Error | null, socket: Duplex) => void,
  ): Duplex {
    const fail = created as ((error: unknown) => void) | undefined;
    this.open(dialSignal).then((socket) => created?.(null, socket), fail);
    return undefined as unknown as Duplex; // the callback gets it
  }

  /** The network may be gone, and with it the connections. */
  closeIdle(): void {
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of [...sockets ?? []]) socket.destroy();
    }
  }

  /** Called for a connection that becomes idle. */
  override keepSocketAlive(socket: Socket): boolean {
    socket.setTimeout(this.idleMs);
    socket.unref();
    return true;
  }

  override reuseSocket(socket: Socket, asking: ClientRequest): void {
    super.reuseSocket(socket, asking);
    socket.setTimeout(0);
    // Deno sends a request again if a used connection turns out to be closed. It must not do so
    // with one that changes something: the server may have carried it out.
    if (asking.method !== "GET") asking.reusedSocket = false;
  }
}

function answerOf(asking: ClientRequest, signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((resolve, reject) => {
    let message: IncomingMessage | undefined;
    const onAbort = () => {
      const { reason } = signal!;
      const error = reason instanceof Error ? reason : new Error(String(reason));
      asking.destroy(error);
      message?.destroy(error);
      reject(reason);
    };
    const forget = () => signal?.removeEventListener("abort", onAbort);
    asking.on("error", (error) => {
      forget();
      reject(error);
    });
    asking.on("close", forget);
    asking.on("response", (response) => {
      message = response;
      try {
        resolve(toResponse(response));
      } catch (error) {
        asking.destroy();
        reject(error);
      }
    });
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
  });
}

export function toResponse(message: IncomingMessage): Response {
  const { statusCode: status = 0 } = message;
  const headers = headersOf(message);
  if (WITHOUT_BODY.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  const body = ReadableStream.from<Uint8Array<ArrayBuffer>>(unpacked(message, headers));
  return new Response(body, { status, headers });
}

export function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

function unpacked(message: IncomingMessage, headers: Headers): Readable {
  if (headers.get("content-encoding")?.toLowerCase() !== "gzip") return message;
  headers.delete("content-encoding");
  headers.delete("content-length");
  const unzip = createGunzip();
  message.on("error", (error) => unzip.destroy(error));
  unzip.on("close", () => message.destroy());
  return message.pipe(unzip);
}
