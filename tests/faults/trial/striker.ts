/** Watches the data that passes a proxy, and triggers the fault in its phase. */
import type { Injection } from "./injection.ts";
import type { Moment } from "../proxy/fault_proxy.ts";
import { type Measures, Progress } from "./progress.ts";
import type { FaultContext } from "../catalog/context.ts";

export class Striker {
  readonly progress = new Progress();
  /** Resolves with the first strike. */
  readonly struck = Promise.withResolvers<void>();
  /** The time of the first strike. */
  struckMs?: number;
  /** The reason if a strike failed. */
  error?: string;
  #strikes = 0;
  #isInterrupted = false;

  constructor(
    private readonly injection: Injection,
    private readonly measures: Measures,
  ) {}

  /** Returns the data to pass on. */
  async observe(moment: Moment, context: FaultContext): Promise<Uint8Array | undefined> {
    const { injection: { fault, phase }, progress } = this;
    progress.add(moment);
    if (phase.isInterrupted && !this.#isInterrupted && progress.isArchive) {
      this.#isInterrupted = true;
      context.signal("SIGINT");
      moment.exchange.link.swallow("up"); // otherwise the upload could complete before the signal arrives
    }
    const isNow = phase.isNow(moment, progress, this.measures, fault.spot);
    if (isNow && this.#strikes < fault.times) return await this.#strike(moment, context);
    if (this.#strikes > 0) await fault.later?.(moment, context);
    return moment.data;
  }

  async #strike(moment: Moment, context: FaultContext): Promise<Uint8Array | undefined> {
    this.#strikes += 1;
    this.struckMs ??= Date.now();
    this.struck.resolve();
    try {
      return await this.injection.fault.strike(moment, context);
    } catch (error) {
      // A client that has ended is not an error of the strike.
      if (!moment.exchange.link.isClosed) this.error ??= `the strike failed: ${error}`;
      return moment.data;
    }
  }
}
