/** What a receiver says, as it comes: its answers, then lines. */

const REPLY_CHARS = 10_000;
const READY = "ready\n";

export class Reply {
  /** What came on stdout after the last answer, and on stderr: bounded. */
  out = "";
  err = "";
  #answer = "";
  #answers: string[] = [];
  #waiting?: PromiseWithResolvers<string>;
  #isOver = false;
  readonly #decoders = [new TextDecoder(), new TextDecoder()];

  stdout(bytes: Uint8Array): void {
    const text = this.#decoders[0].decode(bytes, { stream: true });
    this.out = (this.out + text).slice(-REPLY_CHARS);
    this.#answer += text;
    for (let at; (at = endOfAnswer(this.#answer)) >= 0;) {
      this.#answers.push(this.#answer.slice(0, at));
      this.#answer = this.#answer.slice(at + READY.length);
      this.out = this.#answer;
    }
    this.#settle();
  }

  stderr(bytes: Uint8Array): void {
    this.err = (this.err + this.#decoders[1].decode(bytes, { stream: true })).slice(-REPLY_CHARS);
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

/** Where the line "ready" begins, or -1. */
function endOfAnswer(text: string): number {
  if (text.startsWith(READY)) return 0;
  const at = text.indexOf(`\n${READY}`);
  return at < 0 ? -1 : at + 1;
}
