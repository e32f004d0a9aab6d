/** Joins the lines that are printed at one moment to one write, which costs more than a line. */
import type { Terminal } from "../../host.ts";
import { joined, type Printable } from "../../printable.ts";
import type { Output } from "../../view/run_view.ts";
import type { Screen, Write } from "../../view/screen.ts";

/** The number of outputs that are written without waiting for more, which would take memory. */
const MOST_OUTPUTS = 1_000;

export class JoinedOutput {
  #outputs: Output[] = [];
  #isDue = false;
  /** Why text could not be written, after the call for it had returned. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly terminal: Pick<Terminal, "out" | "err">,
    private readonly screen: Pick<Screen, "paint">,
  ) {}

  /**
   * Keeps an output until `flush`, or until the current job of the event loop is done: text that
   * came in one chunk is written at once, and none waits for the network. After an earlier write
   * that failed, it writes at once, and throws that error.
   */
  write(output: Output): void {
    if (this.#outputs.push(output) >= MOST_OUTPUTS || this.#failure) return this.flush();
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      try {
        this.flush();
      } catch (error) {
        this.#failure = { error };
      }
    });
  }

  /** Where stdout can't be written, stderr is. Then throws the error of the first write. */
  flush(): void {
    if (this.#outputs.length > 0) {
      const outputs = this.#outputs;
      this.#outputs = [];
      for (const { to, text } of joinedWrites(this.screen.paint(outputs))) {
        if (to === "stderr") this.terminal.err(text);
        else if (this.#failure === undefined) this.#out(text);
      }
    }
    this.#throwFailure();
  }

  #out(text: Printable): void {
    try {
      this.terminal.out(text);
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** Writes the outputs, or drops them if that fails; call `flush` before for the failure. */
  close(): void {
    try {
      this.flush();
    } catch {
      this.#outputs = [];
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    throw failure.error;
  }
}

/** Joins the texts of neighbors that go to the same stream. */
function joinedWrites(writes: readonly Write[]): Write[] {
  const groups: { to: Write["to"]; texts: Printable[] }[] = [];
  for (const { to, text } of writes) {
    const last = groups.at(-1);
    if (last?.to === to) last.texts.push(text);
    else groups.push({ to, texts: [text] });
  }
  return groups.map(({ to, texts }) => ({ to, text: joined(texts) }));
}
