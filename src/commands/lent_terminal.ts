/** The user's terminal, lent to a command in a container and taken back where something here needs it. */
import type { RawTerminal, Terminal } from "../host.ts";
import type { TerminalSize } from "../kube/interface.ts";

export class LentTerminal implements AsyncDisposable {
  readonly keys: ReadableStream<Uint8Array>;
  readonly sizes: AsyncIterable<TerminalSize>;
  #lent = Promise.withResolvers<RawTerminal | undefined>();
  readonly #terminal: Terminal;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  #raw: RawTerminal | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const keys = new TransformStream<Uint8Array, Uint8Array>();
    this.keys = keys.readable;
    this.#keys = keys.writable.getWriter();
    this.#keys.closed.catch(() => {}); // the other side ended first
    this.#raw = this.#lend();
    this.sizes = this.#allSizes();
  }

  /** Meanwhile keys are nobody's here, and the terminal is as it was. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    await this.#takeBack();
    try {
      return await work();
    } finally {
      this.#raw = this.#lend();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#takeBack();
    this.#lent.resolve(undefined);
    this.#keys.close().catch(() => {});
  }

  #lend(): RawTerminal {
    const raw = this.#terminal.raw();
    this.#lent.resolve(raw);
    void this.#pass(raw);
    return raw;
  }

  async *#allSizes(): AsyncGenerator<TerminalSize> {
    while (true) {
      const raw = await this.#lent.promise;
      if (raw === undefined) return;
      yield* raw.sizes;
    }
  }

  async #takeBack(): Promise<void> {
    const raw = this.#raw;
    this.#raw = undefined;
    this.#lent = Promise.withResolvers();
    await raw?.[Symbol.asyncDispose]();
  }

  async #pass(raw: RawTerminal): Promise<void> {
    try {
      for await (const keys of raw.keys) {
        if (this.#raw === raw) await this.#keys.write(keys);
      }
    } catch {
      return; // whoever read them is gone
    }
    if (this.#raw === raw) await this.#keys.close().catch(() => {}); // the terminal is gone
  }
}
