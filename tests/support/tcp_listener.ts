/** A port on loopback with a handler for each connection. */
export class TcpListener {
  readonly port: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  constructor(private readonly serve: (client: Deno.TcpConn) => Promise<void>) {
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#serving = this.#accept();
  }

  /** Stops listening. `ended` resolves once the open connections have ended. */
  close(): void {
    this.#listener.close();
  }

  get ended(): Promise<void> {
    return this.#serving;
  }

  async #accept(): Promise<void> {
    const connections: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) connections.push(this.serve(client));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed: the end
    }
    await Promise.all(connections);
  }
}
