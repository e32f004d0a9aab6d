/** Limits on how long the other side may take. */
import type { Transport } from "./transport.ts";

/** An answer to a plain request takes milliseconds; a server that is not there never gives one. */
export const ANSWER_TIMEOUT_MS = 30_000;

export interface Limit {
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/**
 * The call's result. Rejects with a TimeoutError after `ms`, and with the signal's reason where it
 * aborts: at once, whether the call heeds the signal that it gets or not.
 */
export async function within<T>(
  transport: Pick<Transport, "delay">,
  { ms, signal }: Limit,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  // One controller and plain listeners: a runtime may collect what AbortSignal.any returns.
  const stop = new AbortController();
  const over = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const stopped = new Promise<never>((_, reject) =>
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason))
  );
  transport.delay(ms, over.signal).then(() => stop.abort(timeoutError(ms)), () => {});
  try {
    return await Promise.race([call(stop.signal), stopped]);
  } finally {
    over.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

export function timeoutError(ms: number): DOMException {
  return new DOMException(`no answer for ${ms / 1000} s`, "TimeoutError");
}
