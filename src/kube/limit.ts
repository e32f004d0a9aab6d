/** Limits on the time that a server may take. */
import { Scope } from "../async/scope.ts";
import type { Transport } from "./transport.ts";

/** An answer to a plain request usually takes milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000;

/** The `deadlineMs` of a command that does little. */
export const SHORT_COMMAND_MS = 30_000;

export type Waiting = Pick<Transport, "delay" | "isAsking">;

/** Resolves after that time, or after more of it while the transport waits for credentials. */
export async function passed(
  transport: Waiting,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  do await transport.delay(ms, signal); while (transport.isAsking);
}

export interface Limit {
  /** Infinity for no limit. */
  readonly ms: number;
  readonly signals?: readonly (AbortSignal | undefined)[];
}

/**
 * Returns the result of the call. Rejects with a TimeoutError after `ms`, and with the reason of
 * the first signal that aborts, even if the call ignores its own signal.
 */
export async function within<T>(
  transport: Waiting,
  { ms, signals = [] }: Limit,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  using scope = new Scope();
  const given = signals.filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([...given, late.signal]);
  signal.throwIfAborted();
  if (ms !== Infinity) {
    passed(transport, ms, scope.signal).then(() => late.abort(timeoutError(ms)), () => {});
  }
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([call(signal), stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Returns the stream with a limit for each chunk, Infinity for none. `explain` makes the error that
 * the reader gets, of a chunk that is late and of a connection that breaks.
 */
export function inTime(
  transport: Waiting,
  { ms, explain }: { readonly ms: number; readonly explain: (error: unknown) => unknown },
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const read = () => reader.read();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await (ms === Infinity ? read() : within(transport, { ms }, read));
        done ? controller.close() : controller.enqueue(value);
      } catch (error) {
        controller.error(explain(error));
        void cancel();
      }
    },
    cancel: () => void cancel(),
  }, { highWaterMark: 0 });
}

export function timeoutError(ms: number): DOMException {
  return new DOMException(`no answer for ${ms / 1000} s`, "TimeoutError");
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

/** Lets a number of calls run at once. The others wait for a slot. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
