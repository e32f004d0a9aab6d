/** Limits on how long the other side may take. */
import { Scope } from "../async/scope.ts";
import type { Transport } from "./transport.ts";

/** An answer to a plain request takes milliseconds; a server that is not there never gives one. */
export const ANSWER_TIMEOUT_MS = 30_000;

/** The `deadlineMs` of a command that does next to nothing. */
export const SHORT_COMMAND_MS = 30_000;

export interface Limit {
  /** Infinity is none. */
  readonly ms: number;
  readonly signals?: readonly (AbortSignal | undefined)[];
}

/**
 * The call's result. Rejects with a TimeoutError after `ms`, and with a signal's reason where one
 * aborts: at once, whether the call heeds the signal that it gets or not.
 */
export async function within<T>(
  transport: Pick<Transport, "delay">,
  { ms, signals = [] }: Limit,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  using scope = new Scope();
  const given = signals.filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([...given, late.signal]);
  signal.throwIfAborted();
  if (ms !== Infinity) {
    transport.delay(ms, scope.signal).then(() => late.abort(timeoutError(ms)), () => {});
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

/** The stream, each of whose chunks has `ms` to come; `late` makes the error of one that has not. */
export function inTime(
  transport: Pick<Transport, "delay">,
  { ms, late }: { readonly ms: number; readonly late: (error: unknown) => Error },
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await within(transport, { ms }, () => reader.read());
        done ? controller.close() : controller.enqueue(value);
      } catch (error) {
        controller.error(isTimeout(error) ? late(error) : error);
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

/** So many at once; the others wait for their turn. */
export class Lanes {
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
