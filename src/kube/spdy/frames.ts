/**
 * The codec of SPDY/3.1 frames, as far as an exec of Kubernetes uses them. Pure.
 *
 * A frame is 8 bytes and a payload. `00 00 00 03 | 01 | 00 00 02 | 68 69` is a data frame: stream
 * 3, the flag FIN, 2 bytes "hi". `80 03 00 06 | 00 | 00 00 04 | 00 00 00 01` is a control frame:
 * version 3, type 6 (PING), no flags, 4 bytes with the number of the ping. Source: "SPDY Protocol -
 * Draft 3.1".
 *
 * SPDY has windows for its flow control. The servers of Kubernetes neither keep to them nor send
 * updates of them, so the only backpressure is that of TCP, and the frames SETTINGS and
 * WINDOW_UPDATE are skipped.
 */

const VERSION = 3;
const HEADER_BYTES = 8;
const FIN = 1;
const LARGEST_STREAM_ID = 0x7fff_ffff;
/** A control frame of Kubernetes has less than 100 bytes. */
const LARGEST_CONTROL_BYTES = 16 * 1024;

const Type = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  ping: 6,
  goAway: 7,
} as const;

/** A status of RST_STREAM: the sender no longer wants the stream. */
export const CANCEL = 5;

/**
 * A frame as it arrives. `block` is a compressed list of headers. A data frame arrives in pieces,
 * of which the last may end the stream.
 */
export type Frame =
  | { type: "synStream"; streamId: number; isLast: boolean; block: Uint8Array }
  | { type: "synReply"; streamId: number; isLast: boolean; block: Uint8Array }
  | { type: "rstStream"; streamId: number; status: number }
  | { type: "ping"; id: number }
  | { type: "goAway"; status: number }
  | { type: "data"; streamId: number; isLast: boolean; payload: Uint8Array }
  | { type: "other" };

/** Bytes that are not SPDY/3.1. The message completes "the server breaks SPDY: ". */
export class SpdyError extends Error {}

/** The head of a data frame whose payload is arriving. */
interface DataHead {
  readonly streamId: number;
  readonly isLast: boolean;
  leftBytes: number;
}

/** Reads frames from bytes that are cut anywhere. Keeps at most one control frame in memory. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array(0);
  #data: DataHead | undefined;

  /** Whether the bytes so far end with a whole frame. */
  get isBetweenFrames(): boolean {
    return this.#rest.length === 0 && this.#data === undefined;
  }

  /** Yields the frames, and the pieces of data frames, that the bytes complete. */
  *read(bytes: Uint8Array): Generator<Frame, void, undefined> {
    let left = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    this.#rest = new Uint8Array(0);
    while (this.#data !== undefined || left.length >= HEADER_BYTES) {
      if (this.#data === undefined && isData(left)) {
        this.#data = dataHead(left);
        left = left.subarray(HEADER_BYTES);
      }
      if (this.#data !== undefined) {
        const payload = left.subarray(0, this.#data.leftBytes);
        left = left.subarray(payload.length);
        const piece = this.#piece(this.#data, payload);
        if (piece !== undefined) yield piece;
        if (this.#data !== undefined) return;
        continue;
      }
      const end = HEADER_BYTES + controlLength(left);
      if (left.length < end) break;
      yield controlFrame(left.subarray(0, end));
      left = left.subarray(end);
    }
    this.#rest = left.slice();
  }

  /** Returns undefined for a piece without bytes that is not the end of the frame. */
  #piece(head: DataHead, payload: Uint8Array): Frame | undefined {
    head.leftBytes -= payload.length;
    const isWhole = head.leftBytes === 0;
    if (isWhole) this.#data = undefined;
    else if (payload.length === 0) return undefined;
    return { type: "data", streamId: head.streamId, isLast: isWhole && head.isLast, payload };
  }
}

function isData(header: Uint8Array): boolean {
  return header[0] < 0x80;
}

function dataHead(header: Uint8Array): DataHead {
  const streamId = streamIdAt(header, 0);
  return { streamId, isLast: (header[4] & FIN) !== 0, leftBytes: number24(header, 5) };
}

function controlLength(header: Uint8Array): number {
  const version = number16(header, 0) & 0x7fff;
  if (version !== VERSION) throw new SpdyError(`a frame of version ${version}`);
  const length = number24(header, 5);
  if (length > LARGEST_CONTROL_BYTES) throw new SpdyError(`a control frame of ${length} bytes`);
  return length;
}

function controlFrame(frame: Uint8Array): Frame {
  const type = number16(frame, 2);
  const isLast = (frame[4] & FIN) !== 0;
  switch (type) {
    case Type.synStream:
      expectBytes(frame, type, 10);
      return { type: "synStream", streamId: streamIdAt(frame, 8), isLast, block: frame.slice(18) };
    case Type.synReply:
      expectBytes(frame, type, 4);
      return { type: "synReply", streamId: streamIdAt(frame, 8), isLast, block: frame.slice(12) };
    case Type.rstStream:
      expectBytes(frame, type, 8);
      return { type: "rstStream", streamId: streamIdAt(frame, 8), status: number32(frame, 12) };
    case Type.ping:
      expectBytes(frame, type, 4);
      return { type: "ping", id: number32(frame, 8) };
    case Type.goAway:
      expectBytes(frame, type, 8);
      return { type: "goAway", status: number32(frame, 12) };
    default:
      return { type: "other" };
  }
}

function expectBytes(frame: Uint8Array, type: number, count: number): void {
  const found = frame.length - HEADER_BYTES;
  if (found < count) throw new SpdyError(`a control frame of type ${type} with ${found} bytes`);
}

function streamIdAt(bytes: Uint8Array, at: number): number {
  const streamId = number32(bytes, at) & LARGEST_STREAM_ID;
  if (streamId === 0) throw new SpdyError("a frame of stream 0");
  return streamId;
}

/** Encodes a data frame. `isLast` ends the stream in this direction. */
export function encodeData(streamId: number, payload: Uint8Array, isLast = false) {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  write32(frame, 0, streamId);
  write32(frame, 4, payload.length);
  frame[4] = isLast ? FIN : 0;
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Encodes the frame that opens a stream with these compressed headers. */
export function encodeSynStream(streamId: number, block: Uint8Array) {
  // The stream is associated with no other, and has the highest priority.
  return encodeControl(Type.synStream, [...bytes32(streamId), ...bytes32(0), 0, 0], block);
}

export function encodeSynReply(streamId: number, block: Uint8Array) {
  return encodeControl(Type.synReply, bytes32(streamId), block);
}

export function encodeRstStream(streamId: number, status: number) {
  return encodeControl(Type.rstStream, [...bytes32(streamId), ...bytes32(status)]);
}

export function encodePing(id: number) {
  return encodeControl(Type.ping, bytes32(id));
}

/** Encodes the orderly end of a connection. */
export function encodeGoAway(lastStreamId: number) {
  return encodeControl(Type.goAway, [...bytes32(lastStreamId), ...bytes32(0)]);
}

function encodeControl(type: number, fields: number[], block: Uint8Array = new Uint8Array(0)) {
  const length = fields.length + block.length;
  const header = [0x80, VERSION, ...bytes32(type).slice(2), ...bytes32(length)];
  return joined(Uint8Array.from([...header, ...fields]), block);
}

function joined(start: Uint8Array, end: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(start.length + end.length);
  whole.set(start);
  whole.set(end, start.length);
  return whole;
}

function number16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function number24(bytes: Uint8Array, at: number): number {
  return bytes[at] << 16 | number16(bytes, at + 1);
}

export function number32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 0x100_0000 + number24(bytes, at + 1);
}

export function bytes32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes.set(bytes32(value), at);
}
