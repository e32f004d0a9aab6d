import { TcpListener } from "./tcp_listener.ts";

/** A TCP proxy on loopback that can cut connections, or withhold their data. */
export class FaultyProxy implements AsyncDisposable {
  /** Cuts a connection once it has sent this many bytes to the server. */
  cutAfterBytes = Infinity;
  /** Drops the server's data on a connection that has sent more bytes than this. */
  muteAfterBytes = Infinity;
  /** The number of connections so far, and how many of them were cut. */
  connections = 0;
  cuts = 0;
  /** The number of bytes sent to the server on all connections. */
  sentBytes = 0;
  readonly #listener = new TcpListener((client) => this.#relay(client));
  readonly #open = new Set<() => void>();
  /** Every connection up to this number accepts data and passes nothing on. */
  #lastSwallowed = 0;

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

  /**
   * From now on open connections stay open and pass nothing on, but acknowledge what they receive.
   */
  swallowAll(): void {
    this.#lastSwallowed = this.connections;
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    this.cutAll();
    await this.#listener.ended;
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    const number = ++this.connections;
    const isSwallowed = () => number <= this.#lastSwallowed;
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
    const isMute = () => isSwallowed() || sentBytes > this.muteAfterBytes;
    await Promise.all([
      copy(client, server, { count, isSwallowed }),
      copy(server, client, { count: () => {}, isSwallowed: isMute }),
    ]);
    cut();
  }
}

interface Copying {
  readonly count: (bytes: number) => void;
  readonly isSwallowed: () => boolean;
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn, { count, isSwallowed }: Copying) {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      if (isSwallowed()) continue;
      count(read);
      for (let at = 0; at < read;) at += await to.write(buffer.subarray(at, read));
    }
    if (!isSwallowed()) await to.closeWrite();
  } catch {
    // cut, or closed by the other side
  }
}
