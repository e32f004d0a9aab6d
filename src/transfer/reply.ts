/** What a receiver says, as it comes: its answers, then lines. */
import { Bell } from "../async/bell.ts";
import { TransferError } from "../errors.ts";
import { PathDecoder } from "../path_bytes.ts";
import { isOver, type Pulse, readPulse, READY } from "../step/protocol/receive.ts";

const REPLY_CHARS = 10_000;
/** A path has 4,096 bytes at the most. */
const LINE_CHARS = 10_000;
/** What stands for it between pieces of answers. */
const END = Symbol();

export class Reply {
  /** What came on stdout after the last answer: bounded. */
  out = "";
  /** Whole lines of stderr, pulses left out: bounded. */
  #err = "";
  /** Whole lines that nobody has read yet, and the start of one. */
  readonly #pieces: (string | typeof END)[] = [];
  #rest = "";
  #isOver = false;
  readonly #changed = new Bell();
  readonly #decoders = [new PathDecoder(), new PathDecoder()];
  #errRest = "";
  #broken: TransferError | undefined;
  #awaited = 0;

  /** `onPulse` is called for each of its pulses. */
  constructor(private readonly onPulse: (pulse: Pulse) => void = () => {}) {}

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
    if (this.#rest.length > LINE_CHARS) {
      this.#broken = new TransferError("Cannot read what the step answers: a line has no end");
      this.#rest = "";
    }
    this.#changed.ring();
  }

  stderr(bytes: Uint8Array): void {
    const lines = (this.#errRest + this.#decoders[1].decode(bytes)).split("\n");
    this.#errRest = lines.pop()!.slice(-REPLY_CHARS);
    for (const line of lines) {
      const pulse = readPulse(line);
      if (pulse === undefined) this.#err = `${this.#err}${line}\n`.slice(-REPLY_CHARS);
      else this.onPulse(pulse);
    }
  }

  /** What came on stderr, pulses left out: bounded. */
  get err(): string {
    return this.#err + this.#errRest;
  }

  /**
   * The next of its answers as it comes, in pieces of whole lines; throws NoAnswer where it ends before that does,
   * TransferError for a line without an end.
   */
  async *answer(): AsyncGenerator<string, void, undefined> {
    while (true) {
      if (this.#broken !== undefined) throw this.#broken;
      const piece = this.#pieces.shift();
      if (piece === END) return;
      if (piece !== undefined) yield piece;
      else if (this.#isOver || this.wantsNoMore) throw new NoAnswer();
      else await this.#next();
    }
  }

  /** Its next answer, whole. As `answer`. */
  async text(): Promise<string> {
    return (await Array.fromAsync(this.answer())).join("");
  }

  /** Whether it is waited for. */
  get isAsked(): boolean {
    return this.#awaited > 0;
  }

  async #next(): Promise<void> {
    this.#awaited++;
    await this.#changed.rings;
    this.#awaited--;
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
    return isOver(this.out);
  }
}

/** It ended, or wants no more: its exit code says why. */
export class NoAnswer extends Error {}
