/** A server of execs by SPDY, without a network. It is the client's end of the connection. */
import { V4 } from "../../src/kube/frames.ts";
import {
  CANCEL,
  encodeData,
  encodeGoAway,
  encodePing,
  encodeRstStream,
  encodeSynReply,
  type Frame,
  FrameReader,
} from "../../src/kube/spdy/frames.ts";
import type { ByteStream, Upgrade } from "../../src/kube/transport.ts";

const NO_HEADERS = new Uint8Array(0);
const TYPES = ["error", "stdin", "stdout", "stderr", "resize"] as const;

export type StreamType = typeof TYPES[number];

export class FakeSpdy implements ByteStream {
  bufferedAmount = 0;
  isClosed = false;
  /** The streams that the client has opened, in their order. */
  readonly opened: StreamType[] = [];
  /** The lines that the client sends: "stdin ab", "stdin end", "ping 2". */
  readonly heard: string[] = [];
  /** Whether pings are answered. */
  answersPings = true;
  /** Whether streams are accepted as soon as they are opened. */
  accepts = true;
  /** Called once the client has opened the stream of stdout, the last one. */
  onStart: (server: FakeSpdy) => void = () => {};
  /** Called after each line of `heard`. */
  onHeard: (line: string) => void = () => {};
  /** Called for each frame. What it returns is awaited, as if the network were slow. */
  onSend: () => void | Promise<void> = () => {};
  readonly #ids = new Map<StreamType, number>();
  readonly #reader = new FrameReader();
  readonly #toClient: Uint8Array[] = [];
  #error: unknown;
  #isOver = false;
  #wake: () => void = () => {};

  /** The answer to the request for an upgrade. */
  get upgraded(): Upgrade {
    const headers = new Headers({ "x-stream-protocol-version": V4 });
    return { stream: this, headers };
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#chunks();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    while (true) {
      const chunk = this.#toClient.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#error !== undefined) throw this.#error;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (const frame of this.#reader.read(bytes)) this.#hear(frame);
    await this.onSend();
  }

  close(): void {
    this.isClosed = true;
    this.end();
  }

  #hear(frame: Frame): void {
    if (frame.type === "synStream") return this.#open(frame.streamId, frame.block);
    if (frame.type === "ping" && frame.id % 2 !== 0 && this.answersPings) this.ping(frame.id);
    const line = frame.type === "data"
      ? `${this.#typeOf(frame.streamId)} ${
        frame.isLast ? "end" : new TextDecoder().decode(frame.payload)
      }`
      : frame.type === "ping"
      ? `ping ${frame.id}`
      : frame.type;
    this.heard.push(line);
    this.onHeard(line);
  }

  #open(id: number, block: Uint8Array): void {
    const text = new TextDecoder("latin1").decode(block);
    const type = TYPES.find((type) =>
      text.includes(`streamtype\0\0\0${String.fromCharCode(type.length)}${type}`)
    )!;
    this.opened.push(type);
    this.#ids.set(type, id);
    if (this.accepts) this.raw(encodeSynReply(id, NO_HEADERS));
    if (type === "stdout") this.onStart(this);
  }

  #typeOf(id: number): StreamType | undefined {
    return [...this.#ids].find(([, one]) => one === id)?.[0];
  }

  accept(type: StreamType): void {
    this.raw(encodeSynReply(this.#ids.get(type)!, NO_HEADERS));
  }

  /** Sends bytes of a stream, or its end after them. */
  say(type: StreamType, text: string, isLast = false): void {
    this.raw(encodeData(this.#ids.get(type)!, new TextEncoder().encode(text), isLast));
  }

  reset(type: StreamType): void {
    this.raw(encodeRstStream(this.#ids.get(type)!, CANCEL));
  }

  ping(id: number): void {
    this.raw(encodePing(id));
  }

  goAway(): void {
    this.raw(encodeGoAway(0));
  }

  raw(bytes: Uint8Array): void {
    this.#toClient.push(bytes);
    this.#wake();
  }

  /** The connection ends, or breaks with an error. */
  end(error?: unknown): void {
    this.#error ??= error;
    this.#isOver = true;
    this.#wake();
  }
}
