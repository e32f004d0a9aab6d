/**
 * One turn at a held step: its own work, once more, in one exec whose stdin starts and ends it. See
 * src/step/turn.sh.
 */
import { ticking } from "../async/ticking.ts";
import { ClusterError } from "../errors.ts";
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { turnCommand, type Visitor } from "../step/scripts.ts";
import { type Pause, stepPath } from "./pause.ts";
import type { Output } from "./shell.ts";

/** How often the gate hears that somebody is there. */
const ALIVE_MS = 5_000;
/** The longest time from `stop` to the end: turn.sh takes at most seven seconds. */
const STOP_MS = 15_000;

export interface TurnOptions {
  readonly kube: Kube;
  readonly pause: Pause;
  readonly clock: Clock;
  /** Whether the work is shown and traced. */
  readonly trace: boolean;
  /** Whether both outputs come as stdout, in the order of the lines. */
  readonly joined: boolean;
  /** Set if others at the step see who watches, and are shown. */
  readonly by?: Visitor;
  readonly output: Output;
}

/**
 * The exec starts at once, so that the work starts without delay once `begin` is called. Until then
 * it keeps the gate from giving up.
 */
export class Turn implements AsyncDisposable {
  /** The exit code of the work. Rejects with ClusterError if the exec fails. */
  readonly ended: Promise<number>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #over = new AbortController();
  readonly #clock: Clock;
  #isStopping = false;

  constructor({ kube, pause, clock, trace, joined, by, output }: TurnOptions) {
    const { namespace, pod, container } = pause;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.#stdin = writable.getWriter();
    this.#stdin.closed.catch(() => {}); // the exec ended first
    this.#clock = clock;
    const { signal } = this.#over;
    const ticks = ticking(clock, { everyMs: ALIVE_MS, signal }, () => this.#say(""));
    this.ended = kube.exec({
      namespace,
      pod,
      container,
      command: turnCommand({ trace, joined, by }),
      stdin: readable,
      ...output,
      signal,
    }).then(({ exitCode, message }) => {
      if (exitCode !== undefined) return exitCode;
      throw new ClusterError(`Cannot run the work of step "${stepPath(pause)}": ${message}`);
    }).finally(() => {
      ticks[Symbol.dispose]();
      this.#over.abort(new DOMException("the turn has ended", "AbortError"));
    });
    this.ended.catch(() => {}); // is awaited later
  }

  /** Starts the work. */
  begin(): void {
    this.#say("go");
  }

  /** Ends the work, or the wait for it. `ended` settles soon, even if the container is silent. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#say("stop");
    const late = new ClusterError("Cannot end the work of the step: no answer in time");
    this.#clock.delay(STOP_MS, this.#over.signal).then(() => this.#over.abort(late), () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.ended.catch(() => {});
  }

  #say(line: string): void {
    this.#stdin.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}); // it has ended
  }
}
