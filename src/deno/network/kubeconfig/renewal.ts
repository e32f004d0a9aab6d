/**
 * Credentials that are renewed: before a request if they have ended, and once after a server has
 * refused them, whatever their end. However many requests ask, their source is asked once.
 */
export interface Renewable<T> {
  readonly value: T;
  /** When the value ends, in milliseconds since the epoch; it never does if absent. */
  readonly untilMs?: number;
}

/** A failure to renew stands for this time, so that many requests do not each ask again. */
const FAILED_MS = 2_000;

export class Renewal<T> {
  #last?: Renewable<T>;
  #pending?: Promise<T>;
  #failed?: { readonly error: unknown; readonly atMs: number };

  constructor(
    private readonly ask: (last: T | undefined) => Promise<Renewable<T>>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param refused a value of before that a server has refused */
  async get(refused?: T): Promise<T> {
    if (this.#pending !== undefined) return await this.#pending;
    const last = this.#last;
    const isRefused = last !== undefined && refused === last.value;
    if (last !== undefined && !isRefused && this.now() < (last.untilMs ?? Infinity)) {
      return last.value;
    }
    const failed = this.#failed;
    if (failed !== undefined && Math.abs(this.now() - failed.atMs) < FAILED_MS) throw failed.error;
    this.#pending = this.#renew();
    try {
      return await this.#pending;
    } finally {
      this.#pending = undefined;
    }
  }

  async #renew(): Promise<T> {
    try {
      this.#last = await this.ask(this.#last?.value);
      this.#failed = undefined;
      return this.#last.value;
    } catch (error) {
      if (!(error instanceof DOMException)) this.#failed = { error, atMs: this.now() };
      throw error;
    }
  }
}
