/** What the user's Ctrl-C does to requests. */
import { timeoutError } from "./limit.ts";
import type { Transport } from "./transport.ts";

/** A write that is under way may still be answered in this time: what it did is then known. */
const WRITE_GRACE_MS = 500;
/** All that is asked after the interrupt, to clean up, has this time in all. */
const CLEAN_UP_MS = 2_000;

/**
 * An interrupt ends at once what reads, and a little later what writes. What is asked after it cleans
 * up, and ends as a request without an answer does.
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

  /** Aborts where a request that begins now is to end. */
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
