/** WebSocket frames (RFC 6455) of an exec, in both directions. */
import { type ByteReader, concat } from "./byte_reader.ts";

const BINARY = 2;
const CLOSE = 8;

export interface Frame {
  /** The bytes as received, including the mask. */
  readonly bytes: Uint8Array;
  readonly opcode: number;
  /** Unmasked. The first byte of a binary frame is Kubernetes' channel. */
  readonly payload: Uint8Array;
}

/** The channel of a frame with one; 255 closes another channel. */
export function channelOf({ opcode, payload }: Frame): number | undefined {
  return opcode === BINARY && payload.length > 0 ? payload[0] : undefined;
}

/** Returns undefined if the connection ends. */
export async function readFrame(reader: ByteReader): Promise<Frame | undefined> {
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
  const payload = mask.length === 0 ? raw : raw.map((byte, at) => byte ^ mask[at % 4]);
  return { bytes: concat([start, extended, mask, raw]), opcode: start[0] & 15, payload };
}

/** Builds a server's frame, which has no mask. */
export function closeFrame(code: number): Uint8Array {
  return Uint8Array.of(128 | CLOSE, 2, code >> 8, code & 255);
}

/** Returns a copy with one bit changed in the middle of the payload, not in the channel's byte. */
export function flipped({ bytes, payload }: Frame): Uint8Array {
  const copy = bytes.slice();
  copy[bytes.length - Math.max(1, Math.floor(payload.length / 2))] ^= 1;
  return copy;
}
