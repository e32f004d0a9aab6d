/** The text of a command's output, over all chunks. Pure. */

/** A container may print without end. */
const MOST_CHARS = 1024 * 1024;

export class CollectedText {
  /** At most the first 1,048,576 characters; the rest is dropped. */
  text = "";
  readonly #decoder = new TextDecoder();

  /** Takes a chunk, which may end within a character. */
  readonly add = (bytes: Uint8Array): void => {
    if (this.text.length >= MOST_CHARS) return;
    this.text = (this.text + this.#decoder.decode(bytes, { stream: true })).slice(0, MOST_CHARS);
  };
}
