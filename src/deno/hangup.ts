/** The signal of the system that the terminal is closed. */
import type { Terminal } from "../host.ts";

/** Only for a program with a terminal: `nohup` starts one without. */
export function hangupSignal({ isTerminal }: Pick<Terminal, "isTerminal">): AbortSignal {
  const controller = new AbortController();
  const hasTerminal = isTerminal.stdin || isTerminal.stdout || isTerminal.stderr;
  if (!hasTerminal || Deno.build.os === "windows") return controller.signal;
  // It stays: a shell may send the signal again, and that must not end the cleanup.
  Deno.addSignalListener("SIGHUP", () => {
    controller.abort(new DOMException("the terminal is closed", "AbortError"));
  });
  return controller.signal;
}
