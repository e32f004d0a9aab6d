/** Reads pieces before they are asked for, up to a number of bytes. */
import { Bell } from "../../async/bell.ts";

export class ReadAhead<T extends { readonly chunk: Uint8Array }> {
  readonly #queue: T[] = [];
  #bytes = 0;
  #isOver = false;
  #error: unknown;
  readonly #changed = new Bell();

  constructor(source: AsyncIterable<T>, private readonly mostBytes: number) {
    void this.#read(source);
  }

  /** Yields the pieces once. Throws what the source throws. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#bytes -= next.chunk.length;
        this.#changed.ring();
        yield next;
      } else if (this.#isOver) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else await this.#changed.rings;
    }
  }

  /** Drops the pieces, and reads no more. */
  discard(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#bytes = 0;
    this.#changed.ring();
  }

  async #read(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const piece of source) {
        if (this.#isOver) return;
        this.#queue.push(piece);
        this.#bytes += piece.chunk.length;
        this.#changed.ring();
        while (this.#bytes >= this.mostBytes && !this.#isOver) await this.#changed.rings;
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#isOver = true;
      this.#changed.ring();
    }
  }
}
