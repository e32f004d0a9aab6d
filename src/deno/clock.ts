/** The real time. */
import type { Clock } from "../host.ts";

/**
 * A delay runs in steps of at most this length, for two reasons. A timer of more than 2^31 - 1 ms
 * fires at once. And after a process was stopped for a minute only one step of each limit has
 * passed, so it reads the data that arrived meanwhile before a limit ends.
 */
const STEP_MS = 5_000;

export const denoClock: Clock = {
  now: () => Date.now(),
  async delay(ms, signal) {
    for (let leftMs = ms; leftMs > STEP_MS; leftMs -= STEP_MS) await step(STEP_MS, signal);
    await step(ms <= STEP_MS ? ms : ms % STEP_MS || STEP_MS, signal);
  },
  every(ms, call) {
    const timer = setInterval(call, Math.min(ms, LONGEST_TIMER_MS));
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function step(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
