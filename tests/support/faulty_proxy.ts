import { TcpListener } from "./tcp_listener.ts";

/** A TCP proxy on loopback that cuts connections when a test says so. */
export class FaultyProxy implements AsyncDisposable {
  /** Cuts a connection once this many bytes went to the server on it. */
  cutAfterBytes = Infinity;
  /** Loses what the server says on a connection on which more than this many bytes went to the server. */
  muteAfterBytes = Infinity;
  /** How many connections there have been, and how many were cut. */
  connections = 0;
  cuts = 0;
  /** How many bytes went to the server, on all connections. */
  sentBytes = 0;
  readonly #listener = new TcpListener((client) => this.#relay(client));
  readonly #open = new Set<() => void>();

  constructor(private readonly target: { hostname: string; port: number }) {}

  get port(): number {
    return this.#listener.port;
  }

  cutAll(): void {
    for (const cut of [...this.#open]) {
      this.cuts += 1;
      cut();
    }
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    this.cutAll();
    await this.#listener.ended;
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    this.connections += 1;
    const server = await Deno.connect(this.target);
    const cut = () => {
      if (!this.#open.delete(cut)) return;
      client.close();
      server.close();
    };
    this.#open.add(cut);
    let sentBytes = 0;
    const count = (bytes: number) => {
      sentBytes += bytes;
      this.sentBytes += bytes;
      if (sentBytes <= this.cutAfterBytes || !this.#open.has(cut)) return;
      this.cuts += 1;
      cut();
    };
    const isHeard = () => sentBytes <= this.muteAfterBytes;
    await Promise.all([copy(client, server, count), copy(server, client, () => {}, isHeard)]);
    cut();
  }
}

async function copy(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  count: (bytes: number) => void,
  isHeard = () => true,
) {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      count(read);
      for (let at = 0; isHeard() && at < read;) at += await to.write(buffer.subarray(at, read));
    }
    await to.closeWrite();
  } catch {
    // cut, or the other side went away
  }
}
