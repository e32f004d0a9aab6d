/**
 * Hears from the cluster's side what a released step sees: the steps tell it by HTTP when they begin and which tree is
 * there, so that the judgment does not rest on the client's words.
 */
export class Witness implements AsyncDisposable {
  readonly #server: Deno.HttpServer;
  readonly #stands = new Map<string, Stand>();
  #count = 0;

  constructor(private readonly host: string) {
    const options = { hostname: "0.0.0.0", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, async (request) => {
      const [, id, word] = new URL(request.url).pathname.split("/");
      const heard = this.#stands.get(id);
      if (word === "started") heard?.starts.push(Date.now());
      else heard?.trees.push(await request.text());
      return new Response("");
    });
  }

  /** For one upload: the URL that its run gets, and what was heard there. */
  newStand(): Stand {
    const id = `${this.#count++}`;
    const { port } = this.#server.addr as Deno.NetAddr;
    const stand = { url: `http://${this.host}:${port}/${id}`, starts: [], trees: [] };
    this.#stands.set(id, stand);
    return stand;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

export interface Stand {
  readonly url: string;
  /** When steps began that were let go. */
  readonly starts: number[];
  /** The listings of what they saw. */
  readonly trees: string[];
}
