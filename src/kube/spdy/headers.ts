/**
 * The lists of headers in SPDY/3.1 frames. Pure.
 *
 * A list is the number of headers, and for each its name and its value, both with their length, all
 * numbers of 4 bytes. The lists of one direction are one stream of zlib with a dictionary that both
 * sides know, cut by sync flushes.
 */
import { constants, createInflate } from "node:zlib";
import { DICTIONARY, DICTIONARY_ID } from "./dictionary.ts";
import { bytes32, number32, SpdyError } from "./frames.ts";

export type Headers = ReadonlyMap<string, string>;

/**
 * Encodes the lists of one direction. They are stored, not compressed: a list of an exec has 30
 * bytes. A list that ends with an empty block is flushed.
 */
export class HeaderWriter {
  #hasBegun = false;

  write(headers: Headers): Uint8Array<ArrayBuffer> {
    const list = encodeList(headers);
    const start = this.#hasBegun ? [] : ZLIB_START;
    this.#hasBegun = true;
    return Uint8Array.from([...start, ...storedBlock(list), ...storedBlock([])]);
  }
}

/** zlib's header: deflate with a window of 32 KiB, a dictionary, and which one. */
const ZLIB_START = [0x78, 0x3f, ...bytes32(DICTIONARY_ID)];
/** A stored block has a length of 2 bytes. */
const LARGEST_LIST_BYTES = 0xffff;

/** Returns a block of deflate that is not the last one, and not compressed. */
function storedBlock(bytes: readonly number[]): number[] {
  const { length } = bytes;
  if (length > LARGEST_LIST_BYTES) throw new SpdyError(`a list of headers with ${length} bytes`);
  return [0, length & 0xff, length >> 8, ~length & 0xff, ~length >> 8 & 0xff, ...bytes];
}

function encodeList(headers: Headers): number[] {
  const texts = [...headers].flat().map((text) => [...new TextEncoder().encode(text)]);
  return [
    ...bytes32(headers.size),
    ...texts.flatMap((bytes) => [...bytes32(bytes.length), ...bytes]),
  ];
}

/** A server's list for a stream has one header. */
const MOST_HEADERS = 64;

/** Decodes the lists of one direction, in their order. */
export class HeaderReader {
  readonly #inflate = createInflate({
    dictionary: DICTIONARY,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  #list: number[] = [];
  #failure: SpdyError | undefined;

  constructor() {
    this.#inflate.on("data", (bytes: Uint8Array) => {
      if (this.#list.length + bytes.length > LARGEST_LIST_BYTES) {
        this.#inflate.destroy(new SpdyError("a list of headers with more than 65535 bytes"));
      } else this.#list.push(...bytes);
    });
    this.#inflate.on("error", (error) => {
      this.#failure = error instanceof SpdyError
        ? error
        : new SpdyError("headers that are not compressed as SPDY/3.1 does");
    });
  }

  /** Rejects with SpdyError for a list that is damaged, or too long. */
  async read(block: Uint8Array): Promise<Headers> {
    await new Promise<void>((resolve) => {
      if (this.#failure !== undefined) return resolve();
      this.#inflate.once("close", resolve);
      this.#inflate.write(block, () => {
        this.#inflate.off("close", resolve);
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
    const list = Uint8Array.from(this.#list);
    this.#list = [];
    return decodeList(list);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function decodeList(list: Uint8Array): Headers {
  let at = 0;
  const number = () => {
    if (list.length < at + 4) throw new SpdyError("a list of headers that ends early");
    at += 4;
    return number32(list, at - 4);
  };
  const text = () => {
    const length = number();
    if (list.length < at + length) throw new SpdyError("a list of headers that ends early");
    at += length;
    return new TextDecoder().decode(list.subarray(at - length, at));
  };
  const count = number();
  if (count > MOST_HEADERS) throw new SpdyError(`a list of ${count} headers`);
  const headers = new Map<string, string>();
  for (let header = 0; header < count; header++) headers.set(text(), text());
  if (at < list.length) throw new SpdyError("a list of headers with bytes after its end");
  return headers;
}
