/** The real network: one API server over Deno's fetch and WebSocket. */
import { isTimeout } from "../kube/limit.ts";
import { shownPath } from "../kube/paths.ts";
import { networkState } from "../kube/status.ts";
import type { Debug, RequestOptions, Socket, Transport } from "../kube/transport.ts";
import type { Connection, Credentials } from "./kubeconfig.ts";
import { withSocketOptions } from "./socket_options.ts";

/**
 * An API server takes 100 streams or more on one connection: plain requests would wait for their turn
 * behind as many followed logs.
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
    this.#session.catch(() => {}); // told by the first request
  }

  async request(path: string, init: RequestOptions = {}): Promise<Response> {
    const response = await this.#shown(path, init);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    this.debug?.("asks for the credentials again");
    this.#session = this.#open(); // the token may have expired
    return await this.#shown(path, init);
  }

  /** The answer, of which `--verbose` shows the verb, path, status and time: no header and no body. */
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
    const lane = init.isStream ? this.#streamLane(session) : session.plain;
    const { method, body, signal } = init;
    const headers = { accept: "application/json", ...session.credentials.headers, ...init.headers };
    const { client } = lane;
    const go = () => fetch(this.server + path, { method, body, signal, headers, client });
    const response = lane.first === undefined ? withSocketOptions(go()) : lane.first.then(go, go);
    lane.first ??= response;
    if (signal === undefined) return await response;
    const onTimeout = () => {
      if (isTimeout(signal.reason)) this.#giveUp(session, lane);
    };
    signal.addEventListener("abort", onTimeout);
    lane.streams += init.isStream ? 1 : 0;
    let isOpen = true;
    const onEnd = () => {
      if (!isOpen) return;
      isOpen = false;
      signal.removeEventListener("abort", onTimeout);
      lane.streams -= init.isStream ? 1 : 0;
    };
    return await abortable(response, AbortSignal.any([signal, lane.dead.signal]), onEnd);
  }

  /** One with room for another stream. */
  #streamLane(session: Session): Lane {
    const { plain, streams } = session;
    const free = [plain, ...streams].find((lane) => lane.streams < MOST_STREAMS);
    if (free !== undefined) return free;
    const lane = this.#lane(session.credentials);
    streams.push(lane);
    return lane;
  }

  /** What gave no answer may be dead, and all that is on the same connection with it. */
  #giveUp(session: Session, lane: Lane): void {
    if (lane.dead.signal.aborted) return;
    if (lane === session.plain) session.plain = this.#lane(session.credentials);
    else session.streams = session.streams.filter((one) => one !== lane);
    lane.dead.abort(new TypeError("the connection gives no answers: it is given up"));
    lane.client.close();
  }

  async #open(): Promise<Session> {
    const credentials = await this.connection.credentials();
    return { credentials, plain: this.#lane(credentials), streams: [] };
  }

  #lane({ certificate }: Credentials): Lane {
    const { caCerts, proxy } = this.connection;
    const client = Deno.createHttpClient({
      caCerts,
      ...(proxy === undefined ? {} : { proxy: { url: proxy } }),
      ...certificate,
    });
    return { client, streams: 0, dead: new AbortController() };
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

export function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
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
  readonly credentials: Credentials;
  /** For plain requests, and the first streams. */
  plain: Lane;
  /** For more streams. */
  streams: Lane[];
}

/** What goes over one connection, where the server speaks HTTP/2. */
interface Lane {
  readonly client: Deno.HttpClient;
  /** The first answer: what is asked at once with it waits for its connection, else each would open its own. */
  first?: Promise<Response>;
  /** How many are open. */
  streams: number;
  /** Aborts where the connection is given up. */
  readonly dead: AbortController;
}
