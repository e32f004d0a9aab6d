/** Keeps a held step from giving up while its user works elsewhere, as in an editor. */
import { onAbort } from "../async/on_abort.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import type { Pause } from "./pause.ts";
import { Turn } from "./turn.ts";

export interface StayOptions {
  readonly kube: Kube;
  readonly pause: Pause;
  readonly clock: Clock;
}

/** The time between two attempts to reach the step. */
const REOPEN_MS = 2_000;

/**
 * Stays in the step's container, over lost connections, until it is disposed of or the step holds
 * no more. The client is the exec of a turn that never begins.
 */
export class Stay implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #staying: Promise<void>;

  constructor(options: StayOptions) {
    this.#staying = stay(options, this.#over.signal);
    this.#staying.catch(() => {}); // awaited by disposal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("the user is back", "AbortError"));
    await this.#staying;
  }
}

async function stay({ kube, pause, clock }: StayOptions, signal: AbortSignal): Promise<void> {
  const output = { onStdout: () => {}, onStderr: () => {} };
  while (!signal.aborted) {
    const turn = new Turn({ kube, pause, clock, trace: false, joined: false, output });
    using _stopping = onAbort(signal, () => turn.stop());
    try {
      await turn.ended;
      return; // stopped, or the step holds no more
    } catch (error) {
      if (isStatus(error, 404)) return; // the pod is gone
    }
    await clock.delay(REOPEN_MS, signal).catch(() => {});
  }
}
