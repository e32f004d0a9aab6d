/**
 * The exec of the next turn. It is opened as soon as the last turn has ended, so that a save need
 * not wait for it, and it keeps the gate from giving up while the user edits.
 */
import type { Pause } from "../../hold/pause.ts";
import { Turn } from "../../hold/turn.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import type { TurnFlags } from "../options/turn_flags.ts";
import { filteredOutput } from "../output/filtered_output.ts";

/** The time between two attempts to reach a step while nothing is saved. */
const REOPEN_MS = 2_000;

export interface ReadyTurnOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly pause: Pause;
  readonly flags: { readonly color: boolean };
  readonly turns: TurnFlags;
  /** Whether the user edits, and no turn runs. */
  readonly isIdle: () => boolean;
  /** Throws if the step is known to hold no more. */
  readonly checkHeld: () => Promise<void>;
  /** Called with the error of checkHeld. */
  readonly onGone: (error: unknown) => void;
}

export interface OpenedTurn {
  readonly turn: Turn;
  readonly output: ReturnType<typeof filteredOutput>;
}

export class ReadyTurn implements AsyncDisposable {
  readonly #options: ReadyTurnOptions;
  readonly #over = new AbortController();
  #opened: OpenedTurn | undefined;

  constructor(options: ReadyTurnOptions) {
    this.#options = options;
  }

  /** Opens the exec, unless it is open. */
  open(): void {
    this.#opened ??= this.#start();
  }

  /** Returns the exec for a turn that begins now. */
  take(): OpenedTurn {
    const opened = this.#opened ?? this.#start();
    this.#opened = undefined;
    return opened;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.turn[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    await this.close();
  }

  #start(): OpenedTurn {
    const { host, kube, pause, flags, turns: { trace } } = this.#options;
    const output = filteredOutput(host, flags);
    const joined = host.terminal.isTerminal.stdout; // stderr is a terminal, too
    const turn = new Turn({ kube, pause, clock: host.clock, trace, joined, output });
    const opened = { turn, output };
    turn.ended.catch(() => {}).then(() => this.#ended(opened));
    return opened;
  }

  /** Opens another exec in place of one that was lost while the step is still held. */
  async #ended(opened: OpenedTurn): Promise<void> {
    const { host: { clock }, isIdle, checkHeld, onGone } = this.#options;
    const { signal } = this.#over;
    if (this.#opened !== opened || signal.aborted) return; // it was taken, or closed
    this.#opened = undefined;
    try {
      await checkHeld();
      await clock.delay(REOPEN_MS, signal);
      if (isIdle()) this.open();
    } catch (error) {
      if (!signal.aborted) onGone(error);
    }
  }
}
