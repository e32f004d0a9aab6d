/** What a receiver says, as it comes: its answers, then lines. */
import { PathDecoder } from "../path_bytes.ts";

const REPLY_CHARS = 10_000;
const READY = "\nready\n";

export class Reply {
  /** What came on stdout after the last answer, and on stderr: bounded. */
  out = "";
  err = "";
  /** Of the answer that is not whole yet, which may have a million characters, behind a newline; and its last ones. */
  #parts: string[] = [];
  #rest = "\n";
  #answers: string[] = [];
  #waiting?: PromiseWithResolvers<string>;
  #isOver = false;
  readonly #decoders = [new PathDecoder(), new PathDecoder()];

  stdout(bytes: Uint8Array): void {
    const said = this.#decoders[0].decode(bytes);
    this.out = (this.out + said).slice(-REPLY_CHARS);
    let text = this.#rest + said;
    for (let at; (at = text.indexOf(READY)) >= 0;) {
      const answer = this.#parts.join("") + text.slice(0, at + 1);
      this.#answers.push(answer.slice(1));
      this.#parts = [];
      this.out = text.slice(at + READY.length);
      text = `\n${this.out}`;
    }
    this.#parts.push(text.slice(0, -READY.length));
    this.#rest = text.slice(-READY.length);
    this.#settle();
  }

  stderr(bytes: Uint8Array): void {
    this.err = (this.err + this.#decoders[1].decode(bytes)).slice(-REPLY_CHARS);
  }

  /** The next of its answers, without its last line; rejects where it ends without one. */
  answer(): Promise<string> {
    const waiting = this.#waiting = Promise.withResolvers<string>();
    waiting.promise.catch(() => {}); // the exec's end says why
    this.#settle();
    return waiting.promise;
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#settle();
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

  #settle(): void {
    if (this.#waiting === undefined) return;
    const next = this.#answers.shift();
    if (next !== undefined) this.#waiting.resolve(next);
    else if (this.#isOver || this.wantsNoMore) {
      this.#waiting.reject(new NoAnswer());
    } else return;
    this.#waiting = undefined;
  }
}

/** It ended, or wants no more: its exit code says why. */
export class NoAnswer extends Error {}
