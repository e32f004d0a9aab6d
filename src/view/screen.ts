/** Keeps the transient status line of a terminal below all other output. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import type { Output } from "./run_view.ts";
import { eraseRows } from "./text/style.ts";
import { widthOf } from "./text/width.ts";

export interface Write {
  readonly to: "stdout" | "stderr";
  readonly text: Printable;
}

/**
 * A text reaches the terminal this long after it went into the pipe to a program such as tee, or
 * somewhat later on a busy machine.
 */
export const PIPE_MS = 100;

export interface ScreenOptions {
  /** Whether stdout is on the terminal, too: its text then moves the status. */
  readonly isShared?: boolean;
  /**
   * Milliseconds since any time, if stdout goes into a pipe that may end on the terminal: there is
   * no status then until PIPE_MS after a text for stdout.
   */
  readonly pipedNow?: () => number;
  /** Returns the current width of the terminal. */
  readonly columns?: () => number;
}

export class Screen {
  /** The status on the terminal now. */
  #shown = printable``;
  readonly #isShared: boolean;
  readonly #columns: () => number;
  readonly #pipedNow: (() => number) | undefined;
  /** When the last text for stdout has left the pipe. */
  #arrivedMs = -Infinity;

  constructor({ isShared = true, columns = () => Infinity, pipedNow }: ScreenOptions = {}) {
    this.#isShared = isShared || pipedNow !== undefined;
    this.#columns = columns;
    this.#pipedNow = pipedNow;
  }

  /**
   * Returns the writes for `outputs`, with one status at the end, however many there are.
   * `[{ status: "" }]` removes the status from stderr. A status that cannot be shown yet is
   * dropped: the next one comes soon.
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
    if (this.#pipedNow !== undefined) {
      const nowMs = this.#pipedNow();
      if (writes.some(({ to }) => to === "stdout")) this.#arrivedMs = nowMs + PIPE_MS;
      if (nowMs < this.#arrivedMs) status = printable``;
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
