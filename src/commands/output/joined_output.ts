/** Joins the lines that are printed at one moment to one write, which costs more than a line. */
import type { Terminal } from "../../host.ts";
import { joined, type Printable } from "../../printable.ts";
import type { Write } from "../../view/screen.ts";

/** The number of lines that are written without waiting for more, which would take memory. */
const MOST_LINES = 1_000;

export class JoinedOutput {
  #lines: Printable[] = [];
  #isDue = false;
  /** Why lines could not be written, after the call for them had returned. */
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly terminal: Pick<Terminal, "out" | "err">) {}

  /**
   * Keeps a text for stdout until `flush`, or until the current job of the event loop is done: text
   * that came in one chunk is written at once, and none waits for the network. Text for stderr is
   * written after what came before it. Throws the error of an earlier write.
   */
  write({ to, text }: Write): void {
    this.#throwFailure();
    if (to === "stderr") {
      this.flush();
      return this.terminal.err(text);
    }
    if (this.#lines.push(text) >= MOST_LINES) return this.flush();
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      try {
        this.flush();
      } catch (error) {
        this.#failure ??= { error };
      }
    });
  }

  flush(): void {
    this.#throwFailure();
    if (this.#lines.length === 0) return;
    const text = joined(this.#lines);
    this.#lines = [];
    this.terminal.out(text);
  }

  /** Writes the lines, or drops them if that fails; call `flush` before for the failure. */
  close(): void {
    try {
      this.flush();
    } catch {
      this.#lines = [];
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    throw failure.error;
  }
}
