/** WebSocket frames (RFC 6455). The first byte of a binary frame is Kubernetes' channel. */
import type { ByteReader } from "./byte_reader.ts";
import { concat } from "../../../src/concat.ts";
import type { Frame } from "./frames.ts";

const BINARY = 2;
const CLOSE = 8;

export async function readWebSocketFrame(reader: ByteReader): Promise<Frame | undefined> {
  const start = await reader.exactly(2);
  if (start === undefined) return undefined;
  const short = start[1] & 127;
  const extended = await reader.exactly(short === 127 ? 8 : short === 126 ? 2 : 0);
  const mask = await reader.exactly(start[1] >> 7 === 1 ? 4 : 0);
  if (extended === undefined || mask === undefined) return undefined;
  const length = extended.length === 0
    ? short
    : extended.reduce((sum, byte) => sum * 256 + byte, 0);
  const raw = await reader.exactly(length);
  if (raw === undefined) return undefined;
  const bytes = concat([start, extended, mask, raw]);
  const unmasked = mask.length === 0 ? raw : raw.map((byte, at) => byte ^ mask[at % 4]);
  const hasChannel = (start[0] & 15) === BINARY && unmasked.length > 0;
  if (!hasChannel) return { bytes, payload: unmasked };
  return { bytes, channel: unmasked[0], payload: unmasked.subarray(1) };
}

/** Builds a server's frame, which has no mask. */
export function closeFrame(code: number): Uint8Array {
  return Uint8Array.of(128 | CLOSE, 2, code >> 8, code & 255);
}
