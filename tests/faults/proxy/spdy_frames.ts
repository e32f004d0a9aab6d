/** SPDY/3.1 frames of one connection, whose client stores its headers without compression. */
import type { ByteReader } from "./byte_reader.ts";
import { concat } from "../../../src/concat.ts";
import { END, type ReadFrame } from "./frames.ts";

const SYN_STREAM = 1;
const FIN = 1;
const STDIN = 0;
/** The streams of an exec by their header, each at the number of its channel. */
const TYPES = ["stdin", "stdout", "stderr", "error", "resize"];

/** Reads both directions: the client names the streams. */
export function spdyFrames(): ReadFrame {
  const channels = new Map<number, number>();
  return async (reader: ByteReader) => {
    const head = await reader.exactly(8);
    if (head === undefined) return undefined;
    const length = head[5] << 16 | head[6] << 8 | head[7];
    const body = await reader.exactly(length);
    if (body === undefined) return undefined;
    const bytes = concat([head, body]);
    if (head[0] >> 7 === 1) {
      if (head[3] === SYN_STREAM) channels.set(idOf(body), typeOf(body));
      return { bytes, payload: new Uint8Array(0) };
    }
    const channel = channels.get(idOf(head));
    const isEnd = channel === STDIN && (head[4] & FIN) !== 0 && length === 0;
    return { bytes, channel: isEnd ? END : channel, payload: body };
  };
}

function idOf(bytes: Uint8Array): number {
  return (bytes[0] & 127) << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

function typeOf(body: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(body);
  return TYPES.findIndex((type) =>
    text.includes(`streamtype\0\0\0${String.fromCharCode(type.length)}${type}`)
  );
}
