/** The real network: one API server over Deno's fetch and WebSocket. */
import type { RequestOptions, Socket, Transport } from "../kube/transport.ts";
import type { Connection, Credentials } from "./kubeconfig.ts";
import { sendingAtOnce } from "./no_delay.ts";

export class NetworkTransport implements Transport {
  readonly server: string;
  #session: Promise<Session>;

  constructor(
    private readonly connection: Connection,
    readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>,
  ) {
    this.server = connection.server;
    this.#session = this.#open();
    this.#session.catch(() => {}); // told by the first request
  }

  async request(path: string, init: RequestOptions = {}): Promise<Response> {
    const response = await this.#fetch(path, init);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    this.#session = this.#open(); // the token may have expired
    return await this.#fetch(path, init);
  }

  async socket(path: string, protocols: readonly string[]): Promise<Socket> {
    const { client, credentials } = await this.#session;
    const url = (this.server + path).replace(/^http/, "ws");
    const headers = credentials.headers;
    const socket = new FlushedSocket(url, { protocols: [...protocols], headers, client });
    void sendingAtOnce(opened(socket));
    return socket;
  }

  async #fetch(path: string, init: RequestOptions): Promise<Response> {
    const session = await this.#session;
    const { client, credentials } = session;
    const { method, body, signal } = init;
    const headers = { accept: "application/json", ...credentials.headers, ...init.headers };
    const go = () => fetch(this.server + path, { method, body, signal, headers, client });
    const response = session.first === undefined ? sendingAtOnce(go()) : session.first.then(go, go);
    session.first ??= response;
    return signal === undefined ? await response : await abortable(response, signal);
  }

  async #open(): Promise<Session> {
    const credentials = await this.connection.credentials();
    const { caCerts, proxy } = this.connection;
    const client = Deno.createHttpClient({
      caCerts,
      ...(proxy === undefined ? {} : { proxy: { url: proxy } }),
      ...credentials.certificate,
    });
    return { client, credentials };
  }
}

/** Resolves once it is, or will never be. */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["open", "error", "close"]) socket.addEventListener(event, () => resolve());
  });
}

/** So much the system takes at once, whatever the network does. */
const TAKEN_BYTES = 16 * 1024;
const FLUSH_MS = 100;
/** Kubernetes passes it over. */
const NOTHING = new Uint8Array(0);

/**
 * Deno (2.9.6) keeps the last 64 KiB that are sent over TLS to itself where the system takes no more at that moment,
 * with a bufferedAmount of 0, until something else is sent (denoland/deno#36862): here something is.
 */
class FlushedSocket extends WebSocket {
  #sentBytes = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  override send(message: Uint8Array<ArrayBuffer>): void {
    super.send(message);
    this.#sentBytes += message.length;
    if (this.#timer !== undefined || this.#sentBytes < TAKEN_BYTES) return;
    this.addEventListener("close", () => clearInterval(this.#timer));
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS);
    Deno.unrefTimer(this.#timer);
  }

  override close(code?: number, reason?: string): void {
    clearInterval(this.#timer);
    super.close(code, reason);
  }

  #flush(): void {
    if (this.readyState === WebSocket.OPEN && this.bufferedAmount === 0) super.send(NOTHING);
  }
}

/**
 * Deno (2.9.6) forgets a fetch's signal at the next garbage collection, so that an abort never
 * reaches an answer that is waited for or a stream that is open for a while: here it does.
 */
export async function abortable(
  pending: Promise<Response>,
  signal: AbortSignal,
): Promise<Response> {
  const { body, status, headers } = await orAborted(pending, signal);
  if (body === null) return new Response(null, { status, headers });
  const reader = body.getReader();
  let onAbort: () => void;
  const forget = () => signal.removeEventListener("abort", onAbort);
  const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    start(controller) {
      onAbort = () => {
        controller.error(signal.reason);
        reader.cancel().catch(() => {});
      };
      signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (!done) return controller.enqueue(value);
      forget();
      controller.close();
    },
    async cancel() {
      forget();
      await reader.cancel().catch(() => {});
    },
  };
  return new Response(new ReadableStream(source, { highWaterMark: 0 }), { status, headers });
}

function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) {
      pending.catch(() => {}); // it is as aborted as this is
      return onAbort();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

interface Session {
  readonly client: Deno.HttpClient;
  readonly credentials: Credentials;
  /** The first answer: what is asked at once with it waits for its connection, else each would open its own. */
  first?: Promise<Response>;
}
