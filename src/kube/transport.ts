/** The connection to one API server. src/deno implements it with the real network. */
import type { ActsAs } from "./interface.ts";

/** Prints a line of `--verbose`. No line contains a credential. */
export type Debug = (line: string) => void;

/**
 * Why there is no connection, in words that complete `Cannot reach the cluster "...": `. Thrown by
 * a transport that knows them.
 */
export class ConnectError extends Error {
  readonly hint: string;

  constructor(state: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(state, { cause });
    this.name = "ConnectError";
    this.hint = hint;
  }
}

/** Paths start with a slash; the transport adds server, credentials and certificates. */
export interface Transport {
  readonly server: string;
  /** The proxy on the way, without its password. */
  readonly proxy?: string;
  /** Whether any certificate of the server is accepted. */
  readonly isUnchecked?: boolean;
  /** The impersonated user, if there is one. */
  readonly actsAs?: ActsAs;
  /** Rejects if there is no HTTP answer. */
  request(path: string, init?: RequestOptions): Promise<Response>;
  /** Returns a socket that is not open yet. The signal ends the connecting before that. */
  socket(path: string, protocols: readonly string[], signal?: AbortSignal): Promise<Socket>;
  /**
   * Asks by a POST to speak another protocol than HTTP from then on. Rejects if there is no HTTP
   * answer.
   */
  upgrade(path: string, options: UpgradeOptions): Promise<Upgrade>;
  /** Resolves after that many milliseconds; rejects with the reason of the signal. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Whether it waits for new credentials, which a person may have to give: meanwhile no limit on an
   * answer counts.
   */
  readonly isAsking?: boolean;
  /** Absent unless the user asks for it. */
  readonly debug?: Debug;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** If its reason is a TimeoutError, the transport gives up the silent connection. */
  readonly signal?: AbortSignal;
  /** Whether the answer stays open, as that of a watch or a followed log does. */
  readonly isStream?: boolean;
}

export interface UpgradeOptions {
  /** `upgrade` names the protocol. */
  readonly headers: { readonly upgrade: string; readonly [name: string]: string };
  /** Closes a connection that is not upgraded yet. */
  readonly signal?: AbortSignal;
}

/** The bytes in both directions, or the answer of a server that refuses. */
export type Upgrade =
  | { readonly stream: ByteStream; readonly headers: Headers }
  | { readonly refusal: Response };

export interface ByteStream {
  /** The bytes that arrive, no faster than they are read. Throws if the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The number of bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /**
   * Sends the bytes, which then belong to the stream. Resolves once more may be sent, or once the
   * connection has ended.
   */
  send(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** The part of the standard WebSocket that the program uses, refusals, and pings. */
export interface Socket {
  readonly readyState: number;
  /** The answer of a server that refuses the upgrade, from the event `error` on. */
  readonly refusal?: Response;
  readonly protocol: string;
  readonly bufferedAmount: number;
  binaryType: string;
  /** Copies the message before it returns. */
  send(message: Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** Sends a ping, whose answer is an event `pong`. */
  ping(): void;
  addEventListener(type: "open" | "error" | "pong", call: () => void): void;
  addEventListener(type: "message", call: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    call: (event: { code: number; reason: string }) => void,
  ): void;
}
