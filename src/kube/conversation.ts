/**
 * The text lines of an exec, for `--verbose`: the lines of a protocol up to its binary data. Only
 * an exec that is known to carry a protocol is shown: a user may type a password into a shell.
 */
import { PathDecoder } from "../path_bytes.ts";
import type { Debug } from "./transport.ts";

/** Control characters that occur in archives from the first block on, and in no protocol line. */
// deno-lint-ignore no-control-regex -- it looks for them
const BINARY = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;
/** Longer text without a newline counts as binary data. */
const LONGEST_LINE = 10_000;

/** One direction of an exec. Shows each whole line, up to the first binary data. */
export class ConversationLog {
  readonly #decoder = new PathDecoder();
  #rest = "";
  #isBinary = false;

  /** `mark` begins each line, such as "<" for what the client sends. */
  constructor(private readonly debug: Debug, private readonly mark: string) {}

  add(bytes: Uint8Array): void {
    if (this.#isBinary) return;
    const text = this.#rest + this.#decoder.decode(bytes);
    const binaryAt = text.search(BINARY);
    const lines = (binaryAt < 0 ? text : text.slice(0, binaryAt)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.debug(`${this.mark} ${line}`);
    if (binaryAt < 0 && this.#rest.length <= LONGEST_LINE) return;
    this.#isBinary = true;
    this.#rest = "";
    this.debug(`${this.mark} (binary data)`);
  }
}
