/** The output of a receiver as it arrives: its answers, then lines. */
import { Bell } from "../../async/bell.ts";
import { TransferError } from "../../errors.ts";
import { PathDecoder } from "../../path_bytes.ts";
import { isOver, type Pulse, readPulse, READY } from "../../step/protocol/receive.ts";

/** How much of each stream is kept. */
const KEPT_CHARS = 10_000;
/** A path has at most 4,096 bytes. */
const LINE_CHARS = 10_000;
/** Marks the end of an answer among its pieces. */
const END = Symbol();

export class Reply {
  /** Stdout after the last answer: its last 10,000 characters. */
  #out = "";
  /** The complete lines of stderr without the pulses: the last 10,000 characters. */
  #err = "";
  /** Complete lines that nobody has read yet. */
  readonly #pieces: (string | typeof END)[] = [];
  /** The start of an incomplete line. */
  #rest = "";
  #isOver = false;
  readonly #changed = new Bell();
  readonly #decoders = [new PathDecoder(), new PathDecoder()];
  #errRest = "";
  #broken: TransferError | undefined;
  #waiting = 0;

  /** `onPulse` is called for each pulse. */
  constructor(private readonly onPulse: (pulse: Pulse) => void = () => {}) {}

  stdout(bytes: Uint8Array): void {
    const said = this.#decoders[0].decode(bytes);
    this.#out = (this.#out + said).slice(-KEPT_CHARS);
    let text = this.#rest + said;
    for (let at; (at = `\n${text}`.indexOf(`\n${READY}`)) >= 0;) {
      this.#pieces.push(text.slice(0, at), END);
      text = this.#out = text.slice(at + READY.length);
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
    this.#errRest = lines.pop()!.slice(-KEPT_CHARS);
    for (const line of lines) {
      const pulse = readPulse(line);
      if (pulse === undefined) this.#err = `${this.#err}${line}\n`.slice(-KEPT_CHARS);
      else this.onPulse(pulse);
    }
  }

  /** Stdout after the last answer, bounded. */
  get out(): string {
    return this.#out;
  }

  /** Stderr without the pulses, bounded. */
  get err(): string {
    return this.#err + this.#errRest;
  }

  /**
   * Yields the next answer as it arrives, in pieces of whole lines. Throws NoAnswer if the output
   * ends before the answer does, and TransferError for a line without an end.
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

  /** Returns the next answer as one text. Throws as `answer`. */
  async text(): Promise<string> {
    return (await Array.fromAsync(this.answer())).join("");
  }

  /** Whether the client waits for an answer. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  async #next(): Promise<void> {
    this.#waiting++;
    await this.#changed.rings;
    this.#waiting--;
  }

  /** Waits until the output after the last answer matches, or ends. */
  async until(matches: (out: string) => boolean): Promise<void> {
    while (!this.#isOver && !matches(this.#out)) await this.#changed.rings;
  }

  /** Marks the end of the output. */
  end(): void {
    this.#isOver = true;
    this.#changed.ring();
  }

  /** Whether the receiver wants no more input, and only waits for the stream to end. */
  get wantsNoMore(): boolean {
    return isOver(this.#out);
  }
}

/** Thrown if the receiver has ended, or wants no more input. Its exit code says why. */
export class NoAnswer extends Error {}
