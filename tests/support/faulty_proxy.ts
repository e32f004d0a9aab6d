import { TcpListener } from "./tcp_listener.ts";

/** A TCP proxy on loopback that cuts connections, or swallows what they carry, when a test says so. */
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
  /** Every connection up to this one takes all and passes nothing on. */
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

  /** From now on what is open stays open, and nothing comes through it: each side's words are acknowledged. */
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
    // cut, or the other side went away
  }
}
