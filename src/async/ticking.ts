import type { Clock } from "../host.ts";

/** Calls back at an interval, until disposed or until the signal aborts. */
export function ticking(
  clock: Clock,
  { everyMs, signal }: { everyMs: number; signal: AbortSignal },
  call: () => void,
): Disposable {
  if (signal.aborted) return { [Symbol.dispose]() {} };
  const ticks = clock.every(everyMs, call);
  const stop = () => ticks[Symbol.dispose]();
  signal.addEventListener("abort", stop, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", stop);
      stop();
    },
  };
}
