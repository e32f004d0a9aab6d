/**
 * Texts that are read whole: manifests, ignore files, configurations. A device, a FIFO or a growing
 * file may never end, so that its size is no limit.
 */

/** The largest text, in bytes. */
export const MOST_TEXT_BYTES = 16 << 20;

const TOO_LARGE = "is larger than 16 MiB";
const BUFFER_BYTES = 64 << 10;

/** Throws an error of the system, or that the file is too large. */
export async function readBoundedText(path: string | URL): Promise<string> {
  using file = await Deno.open(path);
  const text = new BoundedText();
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let count = await file.read(buffer); count; count = await file.read(buffer)) {
    text.push(buffer.subarray(0, count));
  }
  return text.end();
}

export function readBoundedTextSync(path: string | URL): string {
  using file = Deno.openSync(path);
  const text = new BoundedText();
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let count = file.readSync(buffer); count; count = file.readSync(buffer)) {
    text.push(buffer.subarray(0, count));
  }
  return text.end();
}

/** Throws an error of the stream, or that it is too long. */
export async function boundedTextOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const text = new BoundedText();
  for await (const chunk of stream) text.push(chunk);
  return text.end();
}

class BoundedText {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #text = "";
  #bytes = 0;

  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_TEXT_BYTES) throw new Error(TOO_LARGE);
    this.#text += this.#decoder.decode(bytes, { stream: true });
  }

  end(): string {
    return this.#text + this.#decoder.decode();
  }
}
