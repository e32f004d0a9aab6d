/** HTTP/1.1 as far as a relay needs it: heads, and the ends of bodies. */
import type { ByteReader } from "./byte_reader.ts";
import { concat } from "../../../src/concat.ts";

export interface Head {
  /** `GET /api HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly start: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes as received. */
  readonly bytes: Uint8Array;
}

/** Returns undefined if the connection ends instead. */
export async function readHead(reader: ByteReader): Promise<Head | undefined> {
  const bytes = await reader.head();
  if (bytes === undefined) return undefined;
  const [start, ...lines] = new TextDecoder().decode(bytes).trimEnd().split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { start, headers: new Map(headers), bytes };
}

export function statusOf({ start }: Head): number {
  return Number(start.split(" ")[1]);
}

/**
 * Yields the body. With `toTheEnd`, as for answers, a body without a length ends with its
 * connection.
 */
export async function* readBody(
  reader: ByteReader,
  { headers }: Head,
  toTheEnd: boolean,
): AsyncGenerator<Uint8Array> {
  if (headers.get("transfer-encoding") === "chunked") return yield* chunks(reader);
  const length = headers.get("content-length");
  let left = length !== undefined ? Number(length) : toTheEnd ? Infinity : 0;
  while (left > 0) {
    const part = await reader.some(left);
    if (part === undefined && left === Infinity) return;
    if (part === undefined) throw new Error("the body ended early");
    left -= part.length;
    yield part;
  }
}

/** Yields each chunk with its size, so that chunks can be passed on separately. */
async function* chunks(reader: ByteReader): AsyncGenerator<Uint8Array> {
  while (true) {
    const size = await reader.line();
    if (size === undefined) throw new Error("the body ended early");
    const length = parseInt(new TextDecoder().decode(size), 16);
    const data = await reader.exactly(length + 2);
    if (data === undefined) throw new Error("the body ended early");
    yield concat([size, data]);
    if (length === 0) return;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function answerBytes({ status, headers, body = "" }: Answer): Uint8Array {
  const encoded = new TextEncoder().encode(body);
  const all = { "content-type": "application/json", ...headers, "content-length": encoded.length };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} Injected\r\n${lines.join("")}\r\n`;
  return concat([new TextEncoder().encode(head), encoded]);
}
