/** Keeps the transient status line of a terminal below all other output. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import type { Output } from "./run_view.ts";
import { ERASE_LINE } from "./text/style.ts";

export interface Write {
  readonly to: "stdout" | "stderr";
  readonly text: Printable;
}

export class Screen {
  #status = printable``;

  /** Returns the writes for `outputs`. `[{ status: "" }]` removes the status from stderr. */
  paint(outputs: readonly Output[]): Write[] {
    return outputs.flatMap((output) =>
      "status" in output ? this.#show(output.status) : this.#say(output)
    );
  }

  #show(status: Printable): Write[] {
    const before = this.#status;
    this.#status = status;
    return before === status
      ? []
      : [{ to: "stderr", text: before === "" ? status : joined([ERASE_LINE, status]) }];
  }

  #say(write: Write): Write[] {
    if (this.#status === "") return [write];
    return [{ to: "stderr", text: ERASE_LINE }, write, { to: "stderr", text: this.#status }];
  }
}
