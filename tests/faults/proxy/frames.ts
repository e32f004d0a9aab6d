/** Frames of an exec, in both directions, whatever protocol carries it. */
import type { ByteReader } from "./byte_reader.ts";

/** The number of the channel by which a client ends another one, as in Kubernetes' websockets. */
export const END = 255;

export interface Frame {
  /** The bytes as received. The payload is at their end, perhaps masked. */
  readonly bytes: Uint8Array;
  /** 0 for stdin, 1 for stdout, 2 for stderr, 3 for the Status, or END. Absent in other frames. */
  readonly channel?: number;
  /** The bytes of the channel. */
  readonly payload: Uint8Array;
}

/** Returns undefined if the connection ends. */
export type ReadFrame = (reader: ByteReader) => Promise<Frame | undefined>;

/** Returns a copy with one bit changed in the middle of the payload. */
export function flipped({ bytes, payload }: Frame): Uint8Array {
  const copy = bytes.slice();
  copy[bytes.length - Math.max(1, Math.floor(payload.length / 2))] ^= 1;
  return copy;
}
