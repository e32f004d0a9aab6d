/** The signals of the system that end the program: Ctrl-C, and TERM. */

/**
 * Signals within this time after the first one belong to it: the terminal and a wrapper, such as
 * npx, may each send it, and a user may press twice.
 */
const TOGETHER_MS = 500;

/** The reaction to a signal: begin to clean up, ignore it, say what another one does, or end. */
export type Reaction = "abort" | "ignore" | "warn" | "end";

/** Counts the signals. Pure: it gets the time in milliseconds. */
export class Interruptions {
  #firstMs: number | undefined;
  #hasWarned = false;

  next(nowMs: number): Reaction {
    if (this.#firstMs === undefined) {
      this.#firstMs = nowMs;
      return "abort";
    }
    if (nowMs - this.#firstMs < TOGETHER_MS) return "ignore";
    if (this.#hasWarned) return "end";
    this.#hasWarned = true;
    return "warn";
  }
}

/**
 * Returns the signal that aborts at the first Ctrl-C or TERM. The next one does not end the
 * cleanup, such as the cancellation of a held run; the one after that ends the program at once.
 */
export function interruptSignal(note: (line: string) => void) {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const interruptions = new Interruptions();
  let isIgnored = false;
  const listeners = signals.map((signal) => {
    const listener = () => {
      if (isIgnored && signal === "SIGINT") return;
      switch (interruptions.next(performance.now())) {
        case "abort":
          return controller.abort(new DOMException("interrupted", "AbortError"));
        case "warn":
          return note("Cleaning up. Another Ctrl-C ends the program at once");
        case "end":
          for (const one of listeners) Deno.removeSignalListener(one.signal, one.listener);
          if (Deno.build.os === "windows") Deno.exit(130);
          Deno.kill(Deno.pid, signal);
      }
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    signal: controller.signal,
    /**
     * Ignores Ctrl-C during the call: the terminal sends it to all programs, and another has it.
     */
    async ignoredDuring<T>(call: () => Promise<T>): Promise<T> {
      isIgnored = true;
      try {
        return await call();
      } finally {
        isIgnored = false;
      }
    },
  };
}
