/** The bytes that a command in a container writes, for a terminal here. Pure. */
import { type Printable, unescaped } from "../../printable.ts";
import { ControlFilter, type FilterOptions } from "./control_filter.ts";
import { RESET } from "./style.ts";

export class OutputFilter {
  readonly #decoder = new TextDecoder();
  readonly #filter: ControlFilter;

  constructor(options: FilterOptions) {
    this.#filter = new ControlFilter(options);
  }

  /** What can be shown by now: the start of a character or of a sequence waits for its end. */
  push(bytes: Uint8Array): Printable {
    return unescaped(this.#filter.push(this.#decoder.decode(bytes, { stream: true })));
  }

  end(): Printable {
    const rest = this.#filter.push(this.#decoder.decode()) + this.#filter.end();
    return unescaped(this.#filter.isColored ? rest + RESET : rest);
  }
}
