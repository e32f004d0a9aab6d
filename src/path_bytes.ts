/**
 * Paths as strings without loss. Linux allows any bytes in a path. Each byte that is not UTF-8
 * becomes a lone surrogate, 0x80 to 0xff as U+DC80 to U+DCFF, which UTF-8 never decodes to:
 * "caf\xe9" is "caf\udce9". Python calls this surrogateescape.
 */
import { concat } from "./concat.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function pathBytes(path: string): Uint8Array<ArrayBuffer> {
  if (path.isWellFormed()) return encoder.encode(path);
  const parts = path.split(/([\udc80-\udcff]+)/u).map((part, at) =>
    at % 2 === 1 ? Uint8Array.from(part, (unit) => unit.charCodeAt(0) & 0xff) : encoder.encode(part)
  );
  return concat(parts);
}

export function pathText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return pieces(bytes).join("");
  }
}

/** Decodes chunks. Keeps the start of a character until its end arrives. */
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

  /** Returns the rest: the start of a character that never ended. */
  end(): string {
    const text = pathText(this.#start);
    this.#start = new Uint8Array();
    return text;
  }
}

function pieces(bytes: Uint8Array): string[] {
  const result: string[] = [];
  let [start, at] = [0, 0];
  const endValid = () => {
    if (at > start) result.push(strict.decode(bytes.subarray(start, at)));
  };
  while (at < bytes.length) {
    const length = validLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    endValid();
    result.push(String.fromCharCode(0xdc00 + bytes[at]));
    start = ++at;
  }
  endValid();
  return result;
}

/** Returns the length in bytes of the character there; 0 if it is invalid (RFC 3629, section 4). */
function validLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first < 0xc2 || first > 0xf4 ? 0 : lengthOf(first);
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] ?? 0;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  const second = bytes[at + 1];
  const isOverlong = first === 0xe0 && second < 0xa0 || first === 0xf0 && second < 0x90;
  const isTooLarge = first === 0xed && second > 0x9f || first === 0xf4 && second > 0x8f;
  return isOverlong || isTooLarge ? 0 : length;
}

/** Returns the length in bytes of a character with this first byte, which may be invalid. */
function lengthOf(first: number): number {
  if (first < 0xe0) return first < 0xc0 ? 1 : 2;
  return first < 0xf0 ? 3 : 4;
}

/** Returns how many bytes at the end may begin an unfinished character. */
function openBytes(bytes: Uint8Array): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count++) {
    const byte = bytes[bytes.length - count];
    if (byte >= 0xc0) return lengthOf(byte) > count ? count : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
