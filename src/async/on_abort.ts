/** Calls `call` once the signal aborts, at once if it has, until the result is disposed. */
export function onAbort(signal: AbortSignal, call: () => void): Disposable {
  if (signal.aborted) call();
  signal.addEventListener("abort", call, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", call) };
}
