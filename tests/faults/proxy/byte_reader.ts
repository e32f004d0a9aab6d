/** Reads the bytes of a connection in units of the protocol, however they arrive. */
import { concat } from "../../../src/concat.ts";

const LF = 10;
const CR = 13;

export class ByteReader {
  #buffer: Uint8Array = new Uint8Array(0);
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Returns unread bytes, or else the next ones; undefined at the end. */
  async some(most = Infinity): Promise<Uint8Array | undefined> {
    if (this.#buffer.length === 0 && !await this.#more()) return undefined;
    return this.#take(Math.min(most, this.#buffer.length));
  }

  /** Returns exactly that many bytes, or undefined if the connection ends before. */
  async exactly(length: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length < length) if (!await this.#more()) return undefined;
    return this.#take(length);
  }

  /** Returns the bytes to the end of the line, newline included. */
  line(): Promise<Uint8Array | undefined> {
    return this.#until((buffer, at) => buffer[at] === LF);
  }

  /** Returns an HTTP head, including the blank line at its end. */
  head(): Promise<Uint8Array | undefined> {
    return this.#until((buffer, at) =>
      buffer[at] === LF && buffer[at - 1] === CR && buffer[at - 2] === LF
    );
  }

  async #until(isEnd: (buffer: Uint8Array, at: number) => boolean) {
    for (let at = 0;;) {
      for (; at < this.#buffer.length; at++) if (isEnd(this.#buffer, at)) return this.#take(at + 1);
      if (!await this.#more()) return undefined;
    }
  }

  #take(length: number): Uint8Array {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done) return false;
    this.#buffer = this.#buffer.length === 0 ? value : concat([this.#buffer, value]);
    return true;
  }
}
