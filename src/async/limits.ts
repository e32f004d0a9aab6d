/** Limits on waiting: a time, or shortly after the interrupt of the user. */
import type { Clock } from "../host.ts";
import { UnreachableError } from "../kube/status.ts";
import { Scope } from "./scope.ts";

/**
 * How long after an interrupt the program may clean up: a new connection over a slow link takes a
 * second. src/kube/interrupts.ts ends the requests shortly after.
 */
const GRACE_MS = 1_800;

const NO_ANSWER = "no answer in time";

/** The signal that aborts that long after the interrupt, with UnreachableError as its reason. */
export class Grace implements Disposable {
  readonly #late = new AbortController();
  readonly #over = new AbortController();

  constructor(clock: Clock, interrupt: AbortSignal) {
    const end = () => this.#late.abort(new UnreachableError(NO_ANSWER));
    const start = () => {
      clock.delay(GRACE_MS, this.#over.signal).then(end, () => {});
    };
    if (interrupt.aborted) start();
    else interrupt.addEventListener("abort", start, { once: true, signal: this.#over.signal });
  }

  get signal(): AbortSignal {
    return this.#late.signal;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/** Returns the answer. Throws UnreachableError after `ms`, or when the signal aborts. */
export async function within<T>(
  clock: Clock,
  { ms, signal }: { ms: number; signal: AbortSignal },
  answer: Promise<T>,
): Promise<T> {
  using scope = new Scope(signal);
  const late = clock.delay(ms, scope.signal).catch(() => {}).then(() => {
    throw new UnreachableError(NO_ANSWER);
  });
  return await Promise.race([answer, late]);
}
