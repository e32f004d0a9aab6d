/**
 * The output of a remote shell, without the marks that its debug-run writes before each request.
 * Requests come over another exec: the mark tells which output precedes a request. Pure.
 */
import { requestMark } from "../step/protocol/listen.ts";

export class MarkedOutput {
  readonly #mark: Uint8Array;
  /** The start of a mark at the end of the output so far. */
  #begun = 0;
  #count = 0;

  constructor(channel: string) {
    this.#mark = new TextEncoder().encode(requestMark(channel));
  }

  /** The number of marks so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Returns the next bytes to show. The start of a mark is kept until the next call: a terminal
   * shows nothing of an escape sequence that has not ended.
   */
  read(bytes: Uint8Array): Uint8Array {
    const mark = this.#mark;
    const shown = new Uint8Array(this.#begun + bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (byte !== mark[this.#begun]) {
        shown.set(mark.subarray(0, this.#begun), length);
        length += this.#begun;
        this.#begun = 0;
      }
      if (byte !== mark[this.#begun]) shown[length++] = byte;
      else if (++this.#begun === mark.length) {
        this.#begun = 0;
        this.#count++;
      }
    }
    return shown.subarray(0, length);
  }
}
