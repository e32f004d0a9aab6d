/** An exec by SPDY/3.1 over a connection that was upgraded, v4.channel.k8s.io. */
import type { Status } from "../../../kube/interface.ts";
import {
  encodeData,
  encodeGoAway,
  encodePing,
  encodeSynReply,
  type Frame,
  FrameReader,
} from "../../../kube/spdy/frames.ts";
import { HeaderReader, HeaderWriter } from "../../../kube/spdy/headers.ts";
import type { ExecClient, ExecListener, ExecRequest } from "./client.ts";

/** The part of a connection that is used here. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

type StreamType = "error" | "stdin" | "stdout" | "stderr" | "resize";

export class SpdyClient implements ExecClient {
  readonly opened: Promise<void>;
  isOpen = true;
  readonly #opened = Promise.withResolvers<void>();
  readonly #ids = new Map<string, number>();
  readonly #types = new Map<number, string>();
  readonly #requestHeaders = new HeaderReader();
  readonly #replyHeaders = new HeaderWriter();
  readonly #expected: readonly StreamType[];
  #listener: ExecListener | undefined;
  /** Frames are written whole, one after the other. */
  #written: Promise<void> = Promise.resolve();

  constructor(private readonly connection: Connection, request: ExecRequest) {
    this.opened = this.#opened.promise;
    const { stdin, stdout, stderr, tty } = request;
    const wanted = { error: true, stdin, stdout, stderr: stderr && !tty, resize: tty };
    this.#expected = (Object.keys(wanted) as StreamType[]).filter((type) => wanted[type]);
  }

  listen(listener: ExecListener): void {
    this.#listener = listener;
  }

  /** Answers the request with `head`, and reads until the client ends the connection. */
  async run(head: Uint8Array): Promise<void> {
    const reader = new FrameReader();
    try {
      await this.#write(head);
      for await (const chunk of this.connection.readable) {
        for (const frame of reader.read(chunk)) await this.#take(frame);
      }
    } catch {
      // The connection is lost, or the client does not speak SPDY.
    } finally {
      this.#close();
    }
  }

  async #take(frame: Frame): Promise<void> {
    if (frame.type === "synStream") await this.#open(frame.streamId, frame.block);
    if (frame.type === "ping") this.#write(encodePing(frame.id));
    if (frame.type !== "data") return;
    const type = this.#types.get(frame.streamId);
    if (type === "resize") this.#listener?.resized(frame.payload);
    if (type !== "stdin") return;
    if (frame.payload.length > 0) this.#listener?.stdin(frame.payload.slice());
    if (frame.isLast) this.#listener?.stdinEnded();
  }

  async #open(id: number, block: Uint8Array): Promise<void> {
    const headers = await this.#requestHeaders.read(block);
    const type = headers.get("streamtype") ?? "";
    this.#ids.set(type, id);
    this.#types.set(id, type);
    this.#write(encodeSynReply(id, this.#replyHeaders.write(new Map())));
    if (this.#expected.every((type) => this.#ids.has(type))) this.#opened.resolve();
  }

  async send(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> {
    const id = this.#ids.get(stream);
    if (id !== undefined) await this.#write(encodeData(id, bytes));
  }

  end(status: Status): void {
    const id = this.#ids.get("error");
    const text = new TextEncoder().encode(JSON.stringify(status));
    if (id !== undefined) this.#write(encodeData(id, text, true));
    this.#write(encodeGoAway(id ?? 0)).then(() => this.#close());
  }

  #write(frame: Uint8Array): Promise<void> {
    return this.#written = this.#written.then(async () => {
      for (let at = 0; at < frame.length && this.isOpen;) {
        at += await this.connection.write(frame.subarray(at));
      }
    }).catch(() => this.#close());
  }

  #close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#requestHeaders.close();
    this.#opened.resolve();
    this.#listener?.stdinEnded();
    try {
      this.connection.close();
    } catch {
      // The reader has closed it.
    }
  }
}
