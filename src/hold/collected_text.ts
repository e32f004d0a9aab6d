/** The text of a command's output, over all chunks. Pure. */
export class CollectedText {
  text = "";
  readonly #decoder = new TextDecoder();

  /** Takes a chunk, which may end within a character. */
  readonly add = (bytes: Uint8Array): void => {
    this.text += this.#decoder.decode(bytes, { stream: true });
  };
}
