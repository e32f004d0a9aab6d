/** The real network: the transport to one API server by Deno's fetch and WebSocket. */
import { isTimeout } from "../../kube/limit.ts";
import { shownPath } from "../../kube/paths.ts";
import { networkState } from "../../kube/status.ts";
import type { Debug, RequestOptions, Socket, Transport } from "../../kube/transport.ts";
import type { Connection, Credentials } from "./kubeconfig.ts";
import { withSocketOptions } from "./socket_options.ts";

/**
 * An API server accepts at least 100 streams on a connection. Plain requests would wait behind as
 * many followed logs.
 */
const MOST_STREAMS = 50;

export class NetworkTransport implements Transport {
  readonly server: string;
  #session: Promise<Session>;

  constructor(
    private readonly connection: Connection,
    readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>,
    readonly debug?: Debug,
  ) {
    this.server = connection.server;
    this.#session = this.#open();
    this.#session.catch(() => {}); // the first request throws it
  }

  async request(path: string, init: RequestOptions = {}): Promise<Response> {
    const response = await this.#shown(path, init);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    this.debug?.("asks for the credentials again");
    this.#session = this.#open(); // the token may have expired
    return await this.#shown(path, init);
  }

  /**
   * Sends the request, and shows verb, path, status and time with `--verbose`: no header and no
   * body.
   */
  async #shown(path: string, init: RequestOptions): Promise<Response> {
    const { debug } = this;
    if (debug === undefined) return await this.#fetch(path, init);
    const startMs = performance.now();
    const show = (outcome: string | number) => {
      const ms = Math.round(performance.now() - startMs);
      debug(`${init.method ?? "GET"} ${shownPath(path)} ${outcome} ${ms} ms`);
    };
    try {
      const response = await this.#fetch(path, init);
      show(response.status);
      return response;
    } catch (error) {
      show(init.signal?.aborted ? "aborted" : networkState(error));
      throw error;
    }
  }

  async socket(path: string, protocols: readonly string[]): Promise<Socket> {
    const { plain: { client }, credentials } = await this.#session;
    const url = (this.server + path).replace(/^http/, "ws");
    const headers = credentials.headers;
    const socket = new FlushedSocket(url, { protocols: [...protocols], headers, client });
    void withSocketOptions(opened(socket));
    return socket;
  }

  async #fetch(path: string, init: RequestOptions): Promise<Response> {
    const session = await this.#session;
    const pooled = init.isStream ? this.#clientForStream(session) : session.plain;
    const { method, body, signal } = init;
    const headers = { accept: "application/json", ...session.credentials.headers, ...init.headers };
    const { client } = pooled;
    const go = () => fetch(this.server + path, { method, body, signal, headers, client });
    const response = pooled.first === undefined
      ? withSocketOptions(go())
      : pooled.first.then(go, go);
    pooled.first ??= response;
    if (signal === undefined) return await response;
    const onTimeout = () => {
      if (isTimeout(signal.reason)) this.#giveUp(session, pooled);
    };
    signal.addEventListener("abort", onTimeout);
    pooled.streams += init.isStream ? 1 : 0;
    let isOpen = true;
    const onEnd = () => {
      if (!isOpen) return;
      isOpen = false;
      signal.removeEventListener("abort", onTimeout);
      pooled.streams -= init.isStream ? 1 : 0;
    };
    return await abortable(response, AbortSignal.any([signal, pooled.dead.signal]), onEnd);
  }

  /** Returns a client with room for another stream. */
  #clientForStream(session: Session): PooledClient {
    const { plain, streams } = session;
    const free = [plain, ...streams].find((pooled) => pooled.streams < MOST_STREAMS);
    if (free !== undefined) return free;
    const pooled = this.#newClient(session.credentials);
    streams.push(pooled);
    return pooled;
  }

  /** Gives up a connection without an answer, which may be dead, and fails all requests on it. */
  #giveUp(session: Session, pooled: PooledClient): void {
    if (pooled.dead.signal.aborted) return;
    if (pooled === session.plain) session.plain = this.#newClient(session.credentials);
    else session.streams = session.streams.filter((one) => one !== pooled);
    pooled.dead.abort(new TypeError("the connection gives no answers: it is given up"));
    pooled.client.close();
  }

  async #open(): Promise<Session> {
    const credentials = await this.connection.credentials();
    return { credentials, plain: this.#newClient(credentials), streams: [] };
  }

  #newClient({ certificate }: Credentials): PooledClient {
    const { tls: { ca = [] }, proxy } = this.connection;
    const client = Deno.createHttpClient({
      caCerts: [...ca],
      ...(proxy === undefined ? {} : { proxy: { url: proxy } }),
      ...certificate,
    });
    return { client, streams: 0, dead: new AbortController() };
  }
}

/** Resolves once the socket is open or has failed. */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["open", "error", "close"]) socket.addEventListener(event, () => resolve());
  });
}

/** The system takes at most this many bytes at once on any network. */
const TAKEN_BYTES = 16 * 1024;
const FLUSH_MS = 100;
/** An empty message, which Kubernetes ignores. */
const NOTHING = new Uint8Array(0);

/**
 * A WebSocket that sends an empty message now and then.
 *
 * Deno (2.9.6) keeps up to the last 64 KiB of what it sends over TLS if the system takes no more at
 * that moment, with a bufferedAmount of 0, until the next message
 * (https://github.com/denoland/deno/issues/36862).
 *
 * To be removed once network_workarounds_test.ts shows that Deno sends all by itself.
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
 * Returns the answer so that an abort ends it.
 *
 * Deno (2.9.6) forgets the signal of a fetch at the next garbage collection, so that an abort does
 * not end an open stream (https://github.com/denoland/deno/issues/29075).
 *
 * To be removed once network_workarounds_test.ts shows that Deno keeps the signal.
 */
export async function abortable(
  pending: Promise<Response>,
  signal: AbortSignal,
  onEnd: () => void = () => {},
): Promise<Response> {
  const { body, status, headers } = await orAborted(pending, signal).catch((error) => {
    onEnd();
    throw error;
  });
  if (body === null) {
    onEnd();
    return new Response(null, { status, headers });
  }
  const reader = body.getReader();
  let onAbort: () => void;
  const forget = () => {
    signal.removeEventListener("abort", onAbort);
    onEnd();
  };
  const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    start(controller) {
      onAbort = () => {
        onEnd();
        controller.error(signal.reason);
        reader.cancel().catch(() => {});
      };
      signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      const { done, value } = await reader.read().catch((error) => {
        forget();
        throw error;
      });
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

/** Returns the result, or throws the reason of the signal as soon as it aborts. */
export function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) {
      pending.catch(() => {}); // superseded by the abort
      return onAbort();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

interface Session {
  readonly credentials: Credentials;
  /** For plain requests and the first streams. */
  plain: PooledClient;
  /** For more streams. */
  streams: PooledClient[];
}

/** A client of Deno, with one connection if the server speaks HTTP/2. */
interface PooledClient {
  readonly client: Deno.HttpClient;
  /**
   * The first answer. Simultaneous requests wait for its connection, or each would open another.
   */
  first?: Promise<Response>;
  /** The number of open streams. */
  streams: number;
  /** Aborts when the connection is given up. */
  readonly dead: AbortController;
}
