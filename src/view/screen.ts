/** Keeps the transient status line of a terminal below all other output. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import type { Output } from "./run_view.ts";
import { ERASE_LINE } from "./text/style.ts";

export interface Write {
  readonly to: "stdout" | "stderr";
  readonly text: Printable;
}

export class Screen {
  /** The status on the terminal now. */
  #shown = printable``;

  /** @param isShared whether stdout is on the terminal, too: its text then moves the status */
  constructor(private readonly isShared = true) {}

  /**
   * Returns the writes for `outputs`, with one status at the end, however many there are.
   * `[{ status: "" }]` removes the status from stderr.
   */
  paint(outputs: readonly Output[]): Write[] {
    const writes: Write[] = [];
    const before = this.#shown;
    let status = before;
    let isErased = before === "";
    for (const output of outputs) {
      if ("status" in output) {
        status = output.status;
        continue;
      }
      if (!isErased && (this.isShared || output.to === "stderr")) {
        writes.push({ to: "stderr", text: ERASE_LINE });
        isErased = true;
      }
      writes.push(output);
    }
    this.#shown = status;
    if (isErased) {
      if (status !== "") writes.push({ to: "stderr", text: status });
    } else if (status !== before) {
      writes.push({ to: "stderr", text: joined([ERASE_LINE, status]) });
    }
    return writes;
  }
}
