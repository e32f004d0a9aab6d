/**
 * A path is bytes to Linux and a string here. What of it is not UTF-8 is a lone surrogate a byte, 0x80 as U+DC80 up to
 * 0xff as U+DCFF, which nothing in UTF-8 decodes to: "caf\xe9" is "caf\udce9", and comes back as it was. (Python has
 * its paths so, by the name of surrogateescape.)
 */

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function pathBytes(path: string): Uint8Array<ArrayBuffer> {
  if (path.isWellFormed()) return encoder.encode(path);
  const parts = path.split(/([\udc80-\udcff]+)/u).map((part, at) =>
    at % 2 === 1 ? Uint8Array.from(part, (unit) => unit.charCodeAt(0) & 0xff) : encoder.encode(part)
  );
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function pathText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return pieces(bytes).join("");
  }
}

/** Decodes what comes in chunks: the start of a character waits for its end. */
export class PathDecoder {
  #start: Uint8Array = new Uint8Array();

  decode(chunk: Uint8Array): string {
    const bytes = new Uint8Array(this.#start.length + chunk.length);
    bytes.set(this.#start);
    bytes.set(chunk, this.#start.length);
    const end = bytes.length - openBytes(bytes);
    this.#start = bytes.slice(end);
    return pathText(bytes.subarray(0, end));
  }
}

function pieces(bytes: Uint8Array): string[] {
  const result: string[] = [];
  for (let at = 0; at < bytes.length;) {
    let end = at;
    while (bytes[end] < 0x80) end++;
    const length = end > at ? end - at : lengthOf(bytes[at]);
    try {
      result.push(strict.decode(bytes.subarray(at, at + length)));
      at += length;
    } catch {
      result.push(String.fromCharCode(0xdc00 + bytes[at++]));
    }
  }
  return result;
}

/** How many bytes a character has that begins so; what can't begin one is no character of any length. */
function lengthOf(first: number): number {
  if (first < 0xe0) return first < 0xc0 ? 1 : 2;
  return first < 0xf0 ? 3 : 4;
}

/** How many bytes at the end may begin a character that is not whole yet. */
function openBytes(bytes: Uint8Array): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count++) {
    const byte = bytes[bytes.length - count];
    if (byte >= 0xc0) return lengthOf(byte) > count ? count : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
