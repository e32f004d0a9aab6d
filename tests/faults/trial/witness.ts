/**
 * Receives the steps' own reports over HTTP, when they start and with which tree, so that the test
 * does not rely on the client.
 */
export class Witness implements AsyncDisposable {
  readonly #server: Deno.HttpServer;
  readonly #testimonies = new Map<string, Testimony>();
  #count = 0;

  constructor(private readonly host: string) {
    const options = { hostname: "0.0.0.0", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, async (request) => {
      const [, id, word] = new URL(request.url).pathname.split("/");
      const heard = this.#testimonies.get(id);
      if (word === "started") heard?.starts.push(Date.now());
      else heard?.trees.push(await request.text());
      return new Response("");
    });
  }

  /** Returns the URL for one upload's steps, and the list of their reports. */
  newTestimony(): Testimony {
    const id = `${this.#count++}`;
    const { port } = this.#server.addr as Deno.NetAddr;
    const testimony = { url: `http://${this.host}:${port}/${id}`, starts: [], trees: [] };
    this.#testimonies.set(id, testimony);
    return testimony;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

export interface Testimony {
  readonly url: string;
  /** The times at which released steps started. */
  readonly starts: number[];
  /** The listings that the steps sent. */
  readonly trees: string[];
}
