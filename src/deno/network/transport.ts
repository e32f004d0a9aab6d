/** The real network: requests and websockets to one API server. */
import type { ActsAs } from "../../kube/interface.ts";
import { shownPath } from "../../kube/paths.ts";
import { networkState } from "../../kube/status.ts";
import type {
  Debug,
  RequestOptions,
  Socket,
  Transport,
  Upgrade,
  UpgradeOptions,
} from "../../kube/transport.ts";
import { dialServer } from "./dial/dial.ts";
import { refusedClient } from "./dial/dial_errors.ts";
import { HttpClient } from "./http_client.ts";
import { readProxy } from "./dial/proxy.ts";
import type { Connection, Credentials } from "./kubeconfig.ts";
import { following } from "./redirects.ts";

export class NetworkTransport implements Transport {
  readonly server: string;
  readonly proxy?: string;
  readonly isUnchecked: boolean;
  readonly actsAs?: ActsAs;
  #session?: Session;
  #asking = 0;

  constructor(
    private readonly connection: Connection,
    readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>,
    readonly debug?: Debug,
  ) {
    this.server = connection.server;
    this.actsAs = connection.actsAs;
    const { proxy, server, tls } = connection;
    this.isUnchecked = server.startsWith("https:") && tls.insecure === true;
    this.proxy = proxy === undefined ? undefined : readProxy(proxy).shown;
  }

  get isAsking(): boolean {
    return this.#asking > 0;
  }

  async request(path: string, init: RequestOptions = {}): Promise<Response> {
    const credentials = await this.#credentials();
    const response = await this.#shown(path, init, credentials);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    this.debug?.("asks for the credentials again");
    return await this.#shown(path, init, await this.#credentials(credentials));
  }

  /** @param refused got a 401: a token may have ended before its time */
  async #credentials(refused?: Credentials): Promise<Credentials> {
    this.#asking += 1;
    try {
      return await this.connection.credentials(refused);
    } finally {
      this.#asking -= 1;
    }
  }

  /**
   * Sends the request, and shows verb, path, status and time with `--verbose`: no header and no
   * body.
   */
  async #shown(
    path: string,
    init: RequestOptions,
    credentials: Credentials,
  ): Promise<Response> {
    return await this.#showing(
      { path, ...init },
      () => this.#send(path, init, credentials),
      ({ status }) => status,
    );
  }

  async #showing<T>(
    { path, method = "GET", signal }: { path: string } & Pick<RequestOptions, "method" | "signal">,
    ask: () => Promise<T>,
    statusOf: (answer: T) => number,
  ): Promise<T> {
    const { debug } = this;
    const asked = () =>
      ask().catch((error) => {
        throw refusedClient(error);
      });
    if (debug === undefined) return await asked();
    const startMs = performance.now();
    const show = (outcome: string | number) => {
      const ms = Math.round(performance.now() - startMs);
      debug(`${method} ${shownPath(path)} ${outcome} ${ms} ms`);
    };
    try {
      const answer = await asked();
      show(statusOf(answer));
      return answer;
    } catch (error) {
      show(signal?.aborted ? "aborted" : networkState(error));
      throw error;
    }
  }

  async socket(
    path: string,
    protocols: readonly string[],
    signal?: AbortSignal,
  ): Promise<Socket> {
    const credentials = await this.#credentials();
    const connection = await dialServer(this.connection, credentials, signal);
    const { websocketOver } = await import("./websocket.ts");
    const url = new URL(this.server + path);
    return websocketOver(connection, { url, protocols, headers: sent(credentials) });
  }

  async upgrade(path: string, options: UpgradeOptions): Promise<Upgrade> {
    const credentials = await this.#credentials();
    const answer = await this.#shownUpgrade(path, options, credentials);
    if (!("refusal" in answer) || answer.refusal.status !== 401) return answer;
    await answer.refusal.body?.cancel();
    this.debug?.("asks for the credentials again");
    return await this.#shownUpgrade(path, options, await this.#credentials(credentials));
  }

  async #shownUpgrade(
    path: string,
    options: UpgradeOptions,
    credentials: Credentials,
  ): Promise<Upgrade> {
    return await this.#showing(
      { path, method: "POST", signal: options.signal },
      () => this.#upgrade(path, options, credentials),
      (answer) => "refusal" in answer ? answer.refusal.status : 101,
    );
  }

  async #upgrade(
    path: string,
    { headers, signal }: UpgradeOptions,
    credentials: Credentials,
  ): Promise<Upgrade> {
    const connection = await dialServer(this.connection, credentials, signal);
    const { upgrade } = await import("./upgrade.ts");
    const { host, pathname, search } = new URL(this.server + path);
    const all = sent(credentials, { host, ...headers });
    return await upgrade(connection, { path: pathname + search, headers: all, signal });
  }

  async #send(
    path: string,
    init: RequestOptions,
    credentials: Credentials,
  ): Promise<Response> {
    init.signal?.throwIfAborted();
    const headers = sent(credentials, { accept: "application/json", ...init.headers });
    const client = this.#clientFor(credentials);
    const ask = (url: URL) => client.send(url, { ...init, headers });
    return await following(new URL(this.server + path), init.method ?? "GET", ask);
  }

  /** A new certificate needs new connections. Open streams stay on theirs. */
  #clientFor({ certificate }: Credentials): HttpClient {
    const session = this.#session;
    const before = session?.certificate;
    const isSame = certificate?.cert === before?.cert && certificate?.key === before?.key;
    if (session !== undefined && isSame) return session.client;
    const open = (signal?: AbortSignal) =>
      dialServer(this.connection, { headers: [], certificate }, signal);
    const client = new HttpClient(open, { isPacked: !this.connection.disablesCompression });
    this.#session = { certificate, client };
    return client;
  }
}

/** The connections for one certificate, or for none. */
interface Session {
  readonly certificate: Credentials["certificate"];
  readonly client: HttpClient;
}

/** Returns the headers to send. Each value of a name is a header by itself. */
function sent(
  { headers }: Credentials,
  own: Record<string, string> = {},
): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of [...Object.entries(own), ...headers]) (all[name] ??= []).push(value);
  return all;
}
