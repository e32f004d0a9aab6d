/** What a receiver says, as it comes: its answers, then lines. */
import { Bell } from "../bell.ts";
import { PathDecoder } from "../path_bytes.ts";

const REPLY_CHARS = 10_000;
const READY = "ready\n";
/** What stands for it between pieces of answers. */
const END = Symbol();

export class Reply {
  /** What came on stdout after the last answer, and on stderr: bounded. */
  out = "";
  err = "";
  /** Whole lines that nobody has read yet, and the start of one. */
  readonly #pieces: (string | typeof END)[] = [];
  #rest = "";
  #isOver = false;
  readonly #changed = new Bell();
  readonly #decoders = [new PathDecoder(), new PathDecoder()];

  stdout(bytes: Uint8Array): void {
    const said = this.#decoders[0].decode(bytes);
    this.out = (this.out + said).slice(-REPLY_CHARS);
    let text = this.#rest + said;
    for (let at; (at = `\n${text}`.indexOf(`\n${READY}`)) >= 0;) {
      this.#pieces.push(text.slice(0, at), END);
      text = this.out = text.slice(at + READY.length);
    }
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) this.#pieces.push(text.slice(0, end));
    this.#rest = text.slice(end);
    this.#changed.ring();
  }

  stderr(bytes: Uint8Array): void {
    this.err = (this.err + this.#decoders[1].decode(bytes)).slice(-REPLY_CHARS);
  }

  /** The next of its answers as it comes, in pieces of whole lines; throws NoAnswer where it ends before that does. */
  async *answer(): AsyncGenerator<string, void, undefined> {
    while (true) {
      const piece = this.#pieces.shift();
      if (piece === END) return;
      if (piece !== undefined) yield piece;
      else if (this.#isOver || this.wantsNoMore) throw new NoAnswer();
      else await this.#changed.rings;
    }
  }

  /** Until what it said after its last answer is such, or nothing more comes. */
  async until(isSuch: (out: string) => boolean): Promise<void> {
    while (!this.#isOver && !isSuch(this.out)) await this.#changed.rings;
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#changed.ring();
  }

  /** Of what is to be sent all that it still wants. */
  async *wanted<T>(chunks: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    for await (const chunk of chunks) {
      if (this.wantsNoMore) return;
      yield chunk;
    }
  }

  /** It wants no more, and only waits for the stream's end. */
  get wantsNoMore(): boolean {
    return /^over$/m.test(this.out);
  }
}

/** It ended, or wants no more: its exit code says why. */
export class NoAnswer extends Error {}
