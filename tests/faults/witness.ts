/**
 * Hears from the cluster's side what a released step sees: the steps tell it by HTTP when they begin and which tree is
 * there, so that the judgment does not rest on the client's words.
 */
export class Witness implements AsyncDisposable {
  readonly #server: Deno.HttpServer;
  readonly #heard = new Map<string, string[]>();
  #count = 0;

  constructor(private readonly host: string) {
    this.#server = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen: () => {} }, (request) => {
      const [, id, word] = new URL(request.url).pathname.split("/");
      this.#heard.get(id)?.push(word);
      return new Response("");
    });
  }

  /** For one upload: the URL that its run gets, and what was heard there. */
  newStand(): Stand {
    const id = `${this.#count++}`;
    const words: string[] = [];
    this.#heard.set(id, words);
    const { port } = this.#server.addr as Deno.NetAddr;
    return { url: `http://${this.host}:${port}/${id}`, words };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

export interface Stand {
  readonly url: string;
  /** `started`, and the sha256 of each tree that was seen. */
  readonly words: readonly string[];
}
