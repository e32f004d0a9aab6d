/** The progress of an upload, from what has passed a proxy. */
import type { Exchange, Moment } from "../proxy/fault_proxy.ts";

/** A smaller frame of stdin is a word of the conversation, a larger one is part of the archive. */
const WORDS_BYTES = 1024;

/** The totals of an upload without a fault. */
export interface Measures {
  readonly stdinBytes: number;
  readonly receipts: number;
}

export class Progress {
  /** Bytes on the stdin of all execs, before the current moment. */
  stdinBytes = 0;
  receipts = 0;
  /** Whether an archive has begun. */
  hasArchive = false;
  readonly execs: Exchange[] = [];
  /** The current moment's bytes on stdin. */
  momentBytes = 0;
  isArchive = false;
  isReceipt = false;

  /** Adds the previous moment to the counts, and reads the current one. */
  add({ at, exchange, frame }: Moment): void {
    this.stdinBytes += this.momentBytes;
    this.hasArchive ||= this.isArchive;
    this.momentBytes = 0;
    this.isArchive = false;
    this.isReceipt = false;
    if (at === "answer" && exchange.kind === "exec") this.execs.push(exchange);
    if (frame === undefined) return;
    const { channel, payload } = frame;
    if (at === "up" && channel === 0) {
      this.momentBytes = payload.length;
      this.isArchive = this.momentBytes >= WORDS_BYTES;
    }
    if (at === "down" && channel === 1) {
      const text = new TextDecoder().decode(payload);
      this.isReceipt = /^receipt /m.test(text);
      if (this.isReceipt) this.receipts += 1;
    }
  }
}
