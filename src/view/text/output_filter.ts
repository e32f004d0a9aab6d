/** Filters the output of a command in a container for the local terminal. Pure. */
import { type Printable, unescaped } from "../../printable.ts";
import { ControlFilter, type FilterOptions } from "./control_filter.ts";
import { RESET } from "./style.ts";

export class OutputFilter {
  readonly #decoder = new TextDecoder();
  readonly #filter: ControlFilter;

  constructor(options: FilterOptions) {
    this.#filter = new ControlFilter(options);
  }

  /** Returns the text that can be shown so far, without an unfinished character or sequence. */
  push(bytes: Uint8Array): Printable {
    return unescaped(this.#filter.push(this.#decoder.decode(bytes, { stream: true })));
  }

  /** Returns the rest of the text, and resets the color. */
  end(): Printable {
    const rest = this.#filter.push(this.#decoder.decode()) + this.#filter.end();
    return unescaped(this.#filter.isColored ? rest + RESET : rest);
  }
}
