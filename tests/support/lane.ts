/** One direction of a link: when what is sent now arrives. Pure: it is told the time. */
import type { LinkSpeed } from "./link.ts";

export class Lane {
  /** What went so far. */
  bytes = 0;
  /** Until when it is busy with what was sent before. */
  #freeMs = 0;

  constructor(private readonly speed: LinkSpeed) {}

  arrivalMs(nowMs: number, bytes: number): number {
    const { bitsPerSecond, roundTripMs } = this.speed;
    this.bytes += bytes;
    this.#freeMs = Math.max(this.#freeMs, nowMs) + bytes * 8_000 / bitsPerSecond;
    return this.#freeMs + roundTripMs / 2;
  }

  /** How long what is sent now would have to wait. */
  queuedMs(nowMs: number): number {
    return Math.max(0, this.#freeMs - nowMs);
  }
}
