/** The client's side of a SPDY/3.1 connection: opens streams, and reads what the server sends. */
import type { ByteStream } from "../transport.ts";
import {
  encodeData,
  encodePing,
  encodeSynStream,
  type Frame,
  FrameReader,
  SpdyError,
} from "./frames.ts";
import { type Headers, HeaderWriter } from "./headers.ts";

/** The most bytes of one data frame: a server keeps 50 frames in memory. */
const FRAME_BYTES = 64 * 1024;

/** One stream of bytes in both directions. */
export interface SpdyStream {
  /** Resolves once the server accepts the stream. Rejects if it refuses, or if all ends before. */
  readonly accepted: Promise<void>;
  /** Resolves with whether the server has ended the stream; false if the connection broke. */
  readonly ended: Promise<boolean>;
  /** Sends the bytes. Resolves once more may be sent, or once the connection has ended. */
  send(bytes: Uint8Array): Promise<void>;
  /** Ends the client's direction. */
  end(): Promise<void>;
}

export class SpdyConnection {
  /** The number of frames from the server, without answers to pings. */
  received = 0;
  /** The number of answers to pings. */
  pongs = 0;
  sentBytes = 0;
  readonly #streams = new Map<number, Stream>();
  readonly #headers = new HeaderWriter();
  #nextId = 1;
  #nextPing = 1;

  constructor(private readonly bytes: ByteStream) {}

  /** Opens a stream, which hands over what arrives. */
  open(headers: Headers, onData: (bytes: Uint8Array) => void = () => {}): SpdyStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new Stream(id, onData, (frame) => this.#send(frame));
    this.#streams.set(id, stream);
    void this.#send(encodeSynStream(id, this.#headers.write(headers)));
    return stream;
  }

  /**
   * Reads until the server ends the connection. Rejects if it breaks, or if the server breaks the
   * protocol. All streams have ended then.
   */
  async run(): Promise<void> {
    const reader = new FrameReader();
    let isOrderly = false;
    let broken: unknown = new Error("the connection was closed");
    try {
      for await (const chunk of this.bytes.chunks) {
        for (const frame of reader.read(chunk)) {
          isOrderly ||= frame.type === "goAway";
          await this.#take(frame);
        }
        if (isOrderly) return;
      }
    } catch (error) {
      broken = error;
      throw error;
    } finally {
      for (const stream of this.#streams.values()) stream.finish(isOrderly, broken);
    }
  }

  /** Sends a ping, which counts neither as sent nor, by its answer, as received. */
  ping(): void {
    void this.bytes.send(encodePing(this.#nextPing));
    this.#nextPing += 2;
  }

  async #take(frame: Frame): Promise<void> {
    // The server's pings have even numbers; it answers the client's, which have odd ones.
    const isPong = frame.type === "ping" && frame.id % 2 !== 0;
    if (isPong) this.pongs += 1;
    else this.received += 1;
    switch (frame.type) {
      case "synReply":
        this.#stream(frame.streamId).accept();
        break;
      case "data":
        this.#stream(frame.streamId).onData(frame.payload);
        break;
      case "rstStream":
        return this.#stream(frame.streamId).finish(true);
      case "ping":
        // Awaited, so that many fill no memory.
        if (!isPong) await this.#send(encodePing(frame.id));
        return;
      case "synStream":
        throw new SpdyError("a stream that the server opens");
      default:
        return;
    }
    if (frame.isLast) this.#stream(frame.streamId).finish(true);
  }

  #stream(id: number): Stream {
    const stream = this.#streams.get(id);
    if (stream === undefined) throw new SpdyError(`a frame of stream ${id}, which is not open`);
    return stream;
  }

  #send(frame: Uint8Array): Promise<void> {
    this.sentBytes += frame.length;
    return this.bytes.send(frame);
  }
}

class Stream implements SpdyStream {
  readonly #accepted = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<boolean>();
  readonly accepted = this.#accepted.promise;
  readonly ended = this.#ended.promise;

  constructor(
    private readonly id: number,
    readonly onData: (bytes: Uint8Array) => void,
    private readonly sendFrame: (frame: Uint8Array) => Promise<void>,
  ) {
    this.accepted.catch(() => {}); // is awaited for some streams only
  }

  accept(): void {
    this.#accepted.resolve();
  }

  /**
   * @param isOrderly whether the server ends the stream, or the connection
   * @param broken why the connection ends if it is not orderly
   */
  finish(isOrderly: boolean, broken?: unknown): void {
    const refused = new SpdyError("a stream that the server does not accept");
    this.#accepted.reject(isOrderly ? refused : broken);
    this.#ended.resolve(isOrderly);
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      await this.sendFrame(encodeData(this.id, bytes.subarray(at, at + FRAME_BYTES)));
    }
  }

  end(): Promise<void> {
    return this.sendFrame(encodeData(this.id, new Uint8Array(0), true));
  }
}
