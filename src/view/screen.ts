/** Keeps the transient status line of a terminal below all other output. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import type { Output } from "./run_view.ts";
import { eraseRows } from "./text/style.ts";
import { widthOf } from "./text/width.ts";

export interface Write {
  readonly to: "stdout" | "stderr";
  readonly text: Printable;
}

export interface ScreenOptions {
  /** Whether stdout is on the terminal, too: its text then moves the status. */
  readonly isShared?: boolean;
  /** Returns the current width of the terminal. */
  readonly columns?: () => number;
}

export class Screen {
  /** The status on the terminal now. */
  #shown = printable``;
  readonly #isShared: boolean;
  readonly #columns: () => number;

  constructor({ isShared = true, columns = () => Infinity }: ScreenOptions = {}) {
    this.#isShared = isShared;
    this.#columns = columns;
  }

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
      if (!isErased && (this.#isShared || output.to === "stderr")) {
        writes.push({ to: "stderr", text: this.#erase(before) });
        isErased = true;
      }
      writes.push(output);
    }
    this.#shown = status;
    if (isErased) {
      if (status !== "") writes.push({ to: "stderr", text: status });
    } else if (status !== before) {
      writes.push({ to: "stderr", text: joined([this.#erase(before), status]) });
    }
    return writes;
  }

  /** Removes the status. It has several rows if the terminal became narrower. */
  #erase(status: Printable): Printable {
    const columns = Math.max(1, this.#columns());
    const above = Math.max(0, Math.ceil(widthOf(status.replace(COLORS, "")) / columns) - 1);
    return eraseRows(above);
  }
}

// deno-lint-ignore no-control-regex
const COLORS = /\x1b\[[0-9;]*m/g;
