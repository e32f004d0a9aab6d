/** Outputs -> what to write: keeps a terminal's transient line below all that is said. Pure. */
import type { Output } from "./run_view.ts";

export interface Write {
  readonly to: "stdout" | "stderr";
  readonly text: string;
}

/** To the line's start, and clear it. */
const ERASE = "\r\x1b[K";

export class Screen {
  #status = "";

  /** The status is drawn on stderr; call with `[{ status: "" }]` to leave the terminal clean. */
  paint(outputs: readonly Output[]): Write[] {
    return outputs.flatMap((output) =>
      "status" in output ? this.#show(output.status) : this.#say(output)
    );
  }

  #show(status: string): Write[] {
    const before = this.#status;
    this.#status = status;
    return before === status ? [] : [{ to: "stderr", text: (before && ERASE) + status }];
  }

  #say(write: Write): Write[] {
    if (this.#status === "") return [write];
    return [{ to: "stderr", text: ERASE }, write, { to: "stderr", text: this.#status }];
  }
}
