/** One direction of a simulated link: computes when sent bytes arrive. Pure. */
import type { LinkSpeed } from "./link.ts";

export class Lane {
  /** The bytes sent so far. */
  bytes = 0;
  /** When the bytes sent before will have left. */
  #freeMs = 0;

  constructor(private readonly speed: LinkSpeed) {}

  arrivalMs(nowMs: number, bytes: number): number {
    const { bitsPerSecond, roundTripMs } = this.speed;
    this.bytes += bytes;
    this.#freeMs = Math.max(this.#freeMs, nowMs) + bytes * 8_000 / bitsPerSecond;
    return this.#freeMs + roundTripMs / 2;
  }

  /** How long bytes that are sent now have to wait. */
  queuedMs(nowMs: number): number {
    return Math.max(0, this.#freeMs - nowMs);
  }
}
