/** What a proxy has seen of an upload so far: how far it is. */
import { channelOf } from "./proxy/frames.ts";
import type { Exchange, Moment } from "./proxy/fault_proxy.ts";

/** Below this a frame of stdin is a word of the conversation, above it is a piece of the archive. */
const WORDS_BYTES = 1024;

/** What a whole upload of a profile comes to, seen with no fault. */
export interface Measures {
  readonly stdinBytes: number;
  readonly receipts: number;
}

export class Seen {
  /** Of all execs, before the moment that is looked at. */
  stdinBytes = 0;
  receipts = 0;
  /** An archive has begun. */
  hasArchive = false;
  readonly execs: Exchange[] = [];
  /** The bytes of the moment that are stdin's. */
  momentBytes = 0;
  isArchive = false;
  isReceipt = false;

  /** Counts what came before, and reads what comes now. */
  see({ at, exchange, frame }: Moment): void {
    this.stdinBytes += this.momentBytes;
    this.hasArchive ||= this.isArchive;
    this.momentBytes = 0;
    this.isArchive = false;
    this.isReceipt = false;
    if (at === "answer" && exchange.kind === "exec") this.execs.push(exchange);
    if (frame === undefined) return;
    const channel = channelOf(frame);
    if (at === "up" && channel === 0) {
      this.momentBytes = frame.payload.length - 1;
      this.isArchive = this.momentBytes >= WORDS_BYTES;
    }
    if (at === "down" && channel === 1) {
      const text = new TextDecoder().decode(frame.payload.subarray(1));
      this.isReceipt = /^receipt /m.test(text);
      if (this.isReceipt) this.receipts += 1;
    }
  }
}
