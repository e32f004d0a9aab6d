/** The real network: requests and websockets to one API server. */
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
import { HttpClient } from "./http_client.ts";
import type { Connection, Credentials } from "./kubeconfig.ts";
import { checkPem } from "./pem.ts";

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
    return await this.#showing(
      { path, ...init },
      () => this.#send(path, init),
      ({ status }) => status,
    );
  }

  async #showing<T>(
    { path, method = "GET", signal }: { path: string } & Pick<RequestOptions, "method" | "signal">,
    ask: () => Promise<T>,
    statusOf: (answer: T) => number,
  ): Promise<T> {
    const { debug } = this;
    if (debug === undefined) return await ask();
    const startMs = performance.now();
    const show = (outcome: string | number) => {
      const ms = Math.round(performance.now() - startMs);
      debug(`${method} ${shownPath(path)} ${outcome} ${ms} ms`);
    };
    try {
      const answer = await ask();
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
    const { credentials } = await this.#session;
    const connection = await dialServer(this.connection, credentials, signal);
    const { websocketOver } = await import("./websocket.ts");
    const url = new URL(this.server + path);
    return websocketOver(connection, { url, protocols, headers: credentials.headers });
  }

  async upgrade(path: string, options: UpgradeOptions): Promise<Upgrade> {
    const answer = await this.#shownUpgrade(path, options);
    if (!("refusal" in answer) || answer.refusal.status !== 401) return answer;
    await answer.refusal.body?.cancel();
    this.debug?.("asks for the credentials again");
    this.#session = this.#open(); // the token may have expired
    return await this.#shownUpgrade(path, options);
  }

  async #shownUpgrade(path: string, options: UpgradeOptions): Promise<Upgrade> {
    return await this.#showing(
      { path, method: "POST", signal: options.signal },
      () => this.#upgrade(path, options),
      (answer) => "refusal" in answer ? answer.refusal.status : 101,
    );
  }

  async #upgrade(path: string, { headers, signal }: UpgradeOptions): Promise<Upgrade> {
    const { credentials } = await this.#session;
    const connection = await dialServer(this.connection, credentials, signal);
    const { upgrade } = await import("./upgrade.ts");
    const url = new URL(this.server + path);
    const all = { host: url.host, ...credentials.headers, ...headers };
    return await upgrade(connection, { path: url.pathname + url.search, headers: all, signal });
  }

  async #send(path: string, init: RequestOptions): Promise<Response> {
    init.signal?.throwIfAborted();
    const { client, credentials } = await this.#session;
    const headers = { accept: "application/json", ...credentials.headers, ...init.headers };
    return await client.send(new URL(this.server + path), { ...init, headers });
  }

  async #open(): Promise<Session> {
    const credentials = await this.connection.credentials();
    checkPem(this.server, { ...this.connection.tls, ...credentials });
    const open = (signal?: AbortSignal) => dialServer(this.connection, credentials, signal);
    return { credentials, client: new HttpClient(open) };
  }
}

interface Session {
  readonly credentials: Credentials;
  readonly client: HttpClient;
}
