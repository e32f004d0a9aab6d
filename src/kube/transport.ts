/** One API server as bytes: what src/deno implements with the real network. Imports nothing. */

/** Prints a line of `--verbose`. No line contains a credential. */
export type Debug = (line: string) => void;

/** Paths start with "/api" or "/apis"; the transport adds server, credentials and certificates. */
export interface Transport {
  readonly server: string;
  /** Rejects where no HTTP answer came, whatever the reason. */
  request(path: string, init?: RequestOptions): Promise<Response>;
  /** Not yet open. Its errors say nothing useful: ask the same path by `request` for the reason. */
  socket(path: string, protocols: readonly string[]): Promise<Socket>;
  /** Resolves after that many milliseconds; rejects with the signal's reason. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** Absent unless the user asks for it. */
  readonly debug?: Debug;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Where its reason is a TimeoutError, the connection that gave no answer is not used again. */
  readonly signal?: AbortSignal;
  /** Its answer stays open: a watch, a log that is followed. */
  readonly isStream?: boolean;
}

/** The part of the standard's WebSocket that is used here. */
export interface Socket {
  readonly readyState: number;
  readonly protocol: string;
  readonly bufferedAmount: number;
  binaryType: string;
  /** Takes a copy. */
  send(message: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: "open" | "error", call: () => void): void;
  addEventListener(type: "message", call: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    call: (event: { code: number; reason: string }) => void,
  ): void;
}
