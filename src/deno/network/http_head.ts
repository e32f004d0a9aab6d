/** Reads an answer of HTTP/1.1, as far as a request for an upgrade needs. Pure. */

export interface Head {
  readonly status: number;
  readonly headers: Headers;
  /** The bytes after the headers. */
  readonly rest: Uint8Array;
}

/** More bytes of headers are not HTTP. */
export const LARGEST_HEAD_BYTES = 64 * 1024;

/** Returns undefined if the head is not complete. Throws for what is not HTTP/1.1. */
export function readHead(bytes: Uint8Array): Head | undefined {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, LARGEST_HEAD_BYTES));
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) {
    const isHttp = "HTTP/1.".startsWith(text.slice(0, 7)) && bytes.length < LARGEST_HEAD_BYTES;
    if (isHttp) return undefined;
    throw new Error("it does not speak HTTP");
  }
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const [, code] = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first) ?? [];
  if (code === undefined) throw new Error("it does not speak HTTP");
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(line) ?? [];
    if (name !== undefined) headers.append(name, value);
  }
  return { status: Number(code), headers, rest: bytes.slice(end + 4) };
}

/**
 * Returns the body so far, and whether it is complete. A body without a length ends with the
 * connection.
 */
export function readBody(
  headers: Headers,
  bytes: Uint8Array,
): { body: Uint8Array; isWhole: boolean } {
  if (/\bchunked\b/i.test(headers.get("transfer-encoding") ?? "")) return readChunks(bytes);
  const length = headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) return { body: bytes, isWhole: false };
  return { body: bytes.subarray(0, Number(length)), isWhole: bytes.length >= Number(length) };
}

function readChunks(bytes: Uint8Array): { body: Uint8Array; isWhole: boolean } {
  const text = new TextDecoder("latin1").decode(bytes);
  const body: number[] = [];
  for (let at = 0;;) {
    const [line, size] = /^([0-9a-f]{1,8})[^\n]*\n/i.exec(text.slice(at, at + 1024)) ?? [];
    if (line === undefined) return { body: Uint8Array.from(body), isWhole: false };
    const [start, length] = [at + line.length, parseInt(size, 16)];
    if (length === 0) return { body: Uint8Array.from(body), isWhole: true };
    for (const byte of bytes.subarray(start, start + length)) body.push(byte);
    at = start + length + 2;
  }
}
