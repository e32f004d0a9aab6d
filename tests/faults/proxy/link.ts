/**
 * A client's connection with its connection to the server, and the ways in which these can fail.
 */
import type net from "node:net";
import type tls from "node:tls";
import { ByteReader } from "./byte_reader.ts";

export type Direction = "up" | "down";

export interface Upstream {
  readonly hostname: string;
  readonly port: number;
  readonly caCerts: string[];
}

export class Link {
  readonly fromClient: ByteReader;
  #server?: Deno.TlsConn;
  #fromServer?: ByteReader;
  /** Withheld data; undefined unless the direction is being withheld. */
  readonly #swallowed: Record<Direction, Uint8Array[] | undefined> = {
    up: undefined,
    down: undefined,
  };
  #keepsServer = false;

  constructor(
    private readonly raw: net.Socket,
    private readonly socket: tls.TLSSocket,
    private readonly upstream: Upstream,
  ) {
    this.fromClient = new ByteReader(readable(socket));
    for (const one of [raw, socket]) one.on("error", () => {}); // "close" follows
    raw.on("close", () => this.#clientGone());
  }

  /** Reads from the server. Connects first if necessary. */
  async fromServer(): Promise<ByteReader> {
    if (this.#fromServer === undefined) {
      this.#server = await Deno.connectTls({ ...this.upstream, alpnProtocols: ["http/1.1"] });
      this.#fromServer = new ByteReader(chunksOf(this.#server));
    }
    return this.#fromServer;
  }

  async write(direction: Direction, data: Uint8Array): Promise<void> {
    const swallowed = this.#swallowed[direction];
    if (swallowed !== undefined) swallowed.push(data.slice());
    else await this.#write(direction, data);
  }

  async #write(direction: Direction, data: Uint8Array): Promise<void> {
    if (direction === "down") {
      if (!this.socket.write(data)) await drained(this.socket);
      return;
    }
    await this.fromServer();
    for (let at = 0; at < data.length;) at += await this.#server!.write(data.subarray(at));
  }

  /** From now on accepts data and withholds it. The server does not see the client's end either. */
  swallow(...directions: Direction[]): void {
    for (const direction of directions) this.#swallowed[direction] ??= [];
    this.#keepsServer = true;
  }

  /** Passes on the withheld data, and all later data. */
  async release(): Promise<void> {
    for (const direction of ["up", "down"] as const) {
      const held = this.#swallowed[direction] ?? [];
      try {
        for (const data of held) await this.#write(direction, data);
      } catch {
        // the other end has closed
      }
      this.#swallowed[direction] = undefined;
    }
    this.#keepsServer = false;
    if (this.raw.destroyed) this.#closeServer();
  }

  get isClosed(): boolean {
    return this.raw.destroyed;
  }

  /** Sends a request to the server on a separate connection and ignores the answer. */
  async repeat(data: Uint8Array): Promise<void> {
    const server = await Deno.connectTls({ ...this.upstream, alpnProtocols: ["http/1.1"] });
    for (let at = 0; at < data.length;) at += await server.write(data.subarray(at));
    await server.read(new Uint8Array(64 * 1024));
    server.close();
  }

  /** Sends the client a RST. The server sees an end, unless `keepServer`. */
  reset({ keepServer = false } = {}): void {
    this.#keepsServer ||= keepServer;
    this.raw.resetAndDestroy();
    this.#clientGone();
  }

  /** Sends a FIN before the end of TLS. */
  cut({ keepServer = false } = {}): void {
    this.#keepsServer ||= keepServer;
    this.raw.destroy();
    this.#clientGone();
  }

  /** Ends the connection with TLS's close_notify. */
  close(): void {
    this.socket.end();
    this.#closeServer();
  }

  /** Closes both sides, regardless of `keepServer`. */
  destroy(): void {
    this.#keepsServer = false;
    this.raw.destroy();
    this.#closeServer();
  }

  #clientGone(): void {
    if (!this.#keepsServer) this.#closeServer();
  }

  #closeServer(): void {
    try {
      this.#server?.close();
    } catch {
      // it was closed before
    }
  }
}

async function* readable(socket: tls.TLSSocket): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch {
    // the client reset the connection: the end
  }
}

async function* chunksOf(connection: Deno.TlsConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(256 * 1024);
  try {
    for (let read; (read = await connection.read(buffer)) !== null;) {
      yield buffer.slice(0, read);
    }
  } catch {
    // closed by the proxy, or lost: the end
  }
}

function drained(socket: tls.TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error"]) socket.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) socket.on(event, done);
  });
}
