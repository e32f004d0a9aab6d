/** A TCP proxy on loopback that cuts connections when a test says so. */
export class FaultyProxy implements AsyncDisposable {
  readonly port: number;
  /** Cuts a connection once this many bytes went to the server on it. */
  cutAfterBytes = Infinity;
  /** How many connections were cut. */
  cuts = 0;
  /** How many bytes went to the server, on all connections. */
  sentBytes = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<() => void>();
  readonly #serving: Promise<void>;

  constructor(private readonly target: { hostname: string; port: number }) {
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#serving = this.#serve();
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
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const connections: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) connections.push(this.#relay(client));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed: the end
    }
    await Promise.all(connections);
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
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
    await Promise.all([copy(client, server, count), copy(server, client, () => {})]);
    cut();
  }
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn, count: (bytes: number) => void) {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      count(read);
      for (let at = 0; at < read;) at += await to.write(buffer.subarray(at, read));
    }
    await to.closeWrite();
  } catch {
    // cut, or the other side went away
  }
}
