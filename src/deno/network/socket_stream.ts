/** The bytes of a socket in both directions, each at the pace of its reader. */
import type { Socket } from "node:net";
import type { ByteStream } from "../../kube/transport.ts";

/** The client stops sending while the socket buffers more bytes than this. */
const HIGH_WATER_BYTES = 1 << 20;

/** The longest time for which reads of a socket keep all else waiting. */
const LONGEST_HELD_MS = 50;

export class SocketStream implements ByteStream {
  readonly #arriving: AsyncIterator<Uint8Array>;
  #returned: Uint8Array | undefined;
  #heldSince = performance.now();

  constructor(private readonly socket: Socket) {
    socket.on("error", () => {}); // the reader gets it
    this.#arriving = socket[Symbol.asyncIterator]();
  }

  /** Returns undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const returned = this.#returned;
    this.#returned = undefined;
    if (returned !== undefined) return returned;
    await this.#letOthersRun();
    const { done, value } = await this.#arriving.next();
    return done ? undefined : value;
  }

  /**
   * While bytes arrive faster than they are read, Deno (2.9.6) answers each read at once, and looks
   * at nothing else meanwhile, such as keys.
   */
  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#heldSince < LONGEST_HELD_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#heldSince = performance.now();
  }

  /** The next read returns these bytes. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#returned = bytes;
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#chunks();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.read(); chunk !== undefined; chunk = await this.read()) yield chunk;
  }

  get bufferedAmount(): number {
    return this.socket.writableLength;
  }

  async send(bytes: Uint8Array): Promise<void> {
    const { socket } = this;
    if (socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength <= HIGH_WATER_BYTES) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
