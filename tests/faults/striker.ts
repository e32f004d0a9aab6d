/** Watches what passes a proxy, and has the fault strike once its phase has come. */
import type { Injection } from "./injection.ts";
import type { Moment } from "./proxy/fault_proxy.ts";
import { type Measures, Seen } from "./seen.ts";
import type { World } from "./world.ts";

export class Striker {
  readonly seen = new Seen();
  /** Resolves with the first strike. */
  readonly struck = Promise.withResolvers<void>();
  /** When it struck first. */
  struckMs?: number;
  /** Why it could not. */
  error?: string;
  #strikes = 0;
  #isInterrupted = false;

  constructor(
    private readonly injection: Injection,
    private readonly measures: Measures,
  ) {}

  /** What is passed on. */
  async observe(moment: Moment, world: World): Promise<Uint8Array | undefined> {
    const { injection: { fault, phase }, seen } = this;
    seen.see(moment);
    if (phase.isInterrupted && !this.#isInterrupted && seen.isArchive) {
      this.#isInterrupted = true;
      world.signal("SIGINT");
      moment.exchange.link.swallow("up"); // else the upload may be there before the signal is
    }
    const isNow = phase.isNow(moment, seen, this.measures, fault.spot);
    if (isNow && this.#strikes < fault.times) return await this.#strike(moment, world);
    if (this.#strikes > 0) await fault.later?.(moment, world);
    return moment.data;
  }

  async #strike(moment: Moment, world: World): Promise<Uint8Array | undefined> {
    this.#strikes += 1;
    this.struckMs ??= Date.now();
    this.struck.resolve();
    try {
      return await this.injection.fault.strike(moment, world);
    } catch (error) {
      // A client that has gone meanwhile is no error of the strike.
      if (!moment.exchange.link.isClosed) this.error ??= `the strike failed: ${error}`;
      return moment.data;
    }
  }
}
