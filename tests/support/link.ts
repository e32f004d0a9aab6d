/** A TCP proxy on loopback that limits the speed of a link to the cluster, and counts bytes. */
import { TcpListener } from "./tcp_listener.ts";
import { Lane } from "./lane.ts";

export interface LinkSpeed {
  /** In each direction, for all connections together. */
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
}

/** For counting only. */
export const UNLIMITED: LinkSpeed = { bitsPerSecond: Infinity, roundTripMs: 0 };

/** The longest queue, as in a router. Then the sender has to wait. */
const QUEUE_MS = 100;
const CHUNK_BYTES = 16 * 1024;

export class Link implements AsyncDisposable {
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #listener = new TcpListener((client) => this.#relay(client));
  readonly #open = new Set<Deno.TcpConn>();

  constructor(
    private readonly target: { hostname: string; port: number },
    private readonly speed: LinkSpeed,
  ) {
    this.#up = new Lane(speed);
    this.#down = new Lane(speed);
  }

  get port(): number {
    return this.#listener.port;
  }

  /** The bytes sent so far, in both directions. */
  get bytes(): number {
    return this.#up.bytes + this.#down.bytes;
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const connection of this.#open) close(connection);
    await this.#listener.ended;
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    await delay(this.speed.roundTripMs); // for the handshake
    const server = await Deno.connect(this.target);
    this.#open.add(server);
    client.setNoDelay(true);
    server.setNoDelay(true);
    await Promise.all([carry(client, server, this.#up), carry(server, client, this.#down)]);
    for (const connection of [client, server]) {
      close(connection);
      this.#open.delete(connection);
    }
  }
}

/** Writes data at the time at which it would have arrived. */
async function carry(from: Deno.TcpConn, to: Deno.TcpConn, lane: Lane): Promise<void> {
  let writing = Promise.resolve();
  let cut = false;
  const write = async (bytes: Uint8Array, atMs: number) => {
    await delay(atMs - performance.now());
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
  };
  try {
    while (!cut) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      const length = await from.read(buffer);
      if (length === null) break;
      const atMs = lane.arrivalMs(performance.now(), length);
      const bytes = buffer.subarray(0, length);
      writing = writing.then(() => write(bytes, atMs)).catch(() => void (cut = true));
      await delay(lane.queuedMs(performance.now()) - QUEUE_MS);
    }
    await writing;
    await to.closeWrite();
  } catch {
    // closed by the other side
  }
}

async function delay(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // already closed
  }
}
