/** The effect of Ctrl-C on requests. */
import { timeoutError } from "./limit.ts";
import type { Transport } from "./transport.ts";

/** How long a pending write may still be answered, so that its effect is known. */
const WRITE_GRACE_MS = 500;
/** How long the requests that clean up after an interrupt may take in all. */
const CLEAN_UP_MS = 2_000;

/**
 * Gives each request the signal that ends it. An interrupt ends reads at once and writes a little
 * later. A request after the interrupt cleans up; the signal ends it like a request without an
 * answer.
 */
export class Interrupts {
  readonly #write = new AbortController();
  readonly #cleanUp = new AbortController();

  constructor(
    private readonly transport: Pick<Transport, "delay">,
    private readonly interrupt: AbortSignal,
  ) {
    if (interrupt.aborted) void this.#end();
    else interrupt.addEventListener("abort", () => void this.#end());
  }

  /** Returns the signal for a request that begins now. */
  signal({ isRead = false }: { isRead?: boolean }): AbortSignal {
    if (this.interrupt.aborted) return this.#cleanUp.signal;
    return isRead ? this.interrupt : this.#write.signal;
  }

  async #end(): Promise<void> {
    await this.transport.delay(WRITE_GRACE_MS);
    this.#write.abort(this.interrupt.reason);
    await this.transport.delay(CLEAN_UP_MS - WRITE_GRACE_MS);
    this.#cleanUp.abort(timeoutError(CLEAN_UP_MS));
  }
}
