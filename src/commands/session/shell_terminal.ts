/**
 * The user's terminal while a shell in a container uses it. tkn-dev takes it back for a question or
 * an editor.
 */
import { Bell } from "../../async/bell.ts";
import { Scope } from "../../async/scope.ts";
import { MarkedOutput } from "../../hold/marked_output.ts";
import type { Clock, RawTerminal, Terminal } from "../../host.ts";
import type { TerminalSize } from "../../kube/interface.ts";
import { joined, type Printable, printable, rawLines, unescaped } from "../../printable.ts";
import { askKey, type KeyQuestion } from "./key_question.ts";
import type { LocalConsole } from "./local_console.ts";

/** The most output to keep while the terminal is taken back; the rest is dropped. */
const MOST_HELD_BYTES = 1 << 20;
/** The longest wait for the output that precedes a request. */
const ARRIVE_MS = 2_000;

/**
 * Ends what the shell may have left open, so that it cannot hide what tkn-dev shows: a sequence
 * (CAN, ST), margins, character sets and a hidden cursor (DECSTR, after which some terminals do not
 * wrap lines until DECAWM), colors. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const SOFT_RESET = unescaped("\x18\x1b\\\x1b[!p\x1b[?7h\x1b[0m");

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class ShellTerminal implements LocalConsole, AsyncDisposable {
  readonly keys: ReadableStream<Uint8Array>;
  readonly sizes: AsyncIterable<TerminalSize>;
  #lent = Promise.withResolvers<RawTerminal | undefined>();
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  #raw: RawTerminal | undefined;
  /** Receives the keys while tkn-dev asks a question. */
  #asked: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOver = false;
  #isLineTyped = false;
  #output = { isHeld: false, held: [] as Held[], heldBytes: 0, droppedBytes: 0 };
  #lastByte = NEWLINE;
  readonly #marked: MarkedOutput;
  readonly #isMarked = new Bell();
  #requests = 0;

  /** `channel` is the shell's, which its debug-run names in the marks before requests. */
  constructor(terminal: Terminal, clock: Clock, channel: string) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#marked = new MarkedOutput(channel);
    const keys = new TransformStream<Uint8Array, Uint8Array>();
    this.keys = keys.readable;
    this.#keys = keys.writable.getWriter();
    this.#keys.closed.catch(() => {}); // the shell ended first
    this.#raw = this.#lend();
    this.sizes = this.#allSizes();
  }

  /** Writes the shell's output; while the terminal is taken back, keeps up to MOST_HELD_BYTES. */
  write(bytes: Uint8Array, to: Held["to"]): void {
    const { count } = this.#marked;
    this.#show(this.#marked.read(bytes), to);
    if (this.#marked.count > count) this.#isMarked.ring();
  }

  /**
   * Resolves once the output that precedes the next request is written, or after a while: a process
   * other than debug-run writes no mark.
   */
  async arrived(): Promise<void> {
    const request = ++this.#requests;
    using scope = new Scope();
    let isLate = false;
    const late = this.#clock.delay(ARRIVE_MS, scope.signal).then(() => isLate = true, () => {});
    while (this.#marked.count < request && !isLate) {
      await Promise.race([this.#isMarked.rings, late]);
    }
    if (isLate) this.#requests = this.#marked.count;
  }

  #show(bytes: Uint8Array, to: Held["to"]): void {
    const output = this.#output;
    if (!output.isHeld) {
      this.#lastByte = bytes.at(-1) ?? this.#lastByte;
      this.#terminal.write(bytes, to);
    } else if (output.heldBytes + bytes.length <= MOST_HELD_BYTES) {
      output.heldBytes += bytes.length;
      output.held.push({ bytes: bytes.slice(), to });
    } else output.droppedBytes += bytes.length;
  }

  /** Returns whether the user ended a line for the shell since the last call. */
  takeTypedLine(): boolean {
    const isTyped = this.#isLineTyped;
    this.#isLineTyped = false;
    return isTyped;
  }

  /** Leaves keys and the terminal's modes to `work`. */
  async suspendFor<T>(work: () => Promise<T>): Promise<T> {
    return await this.#keepingOutput(async () => {
      await this.#takeBack();
      try {
        return await work();
      } finally {
        this.#raw = this.#lend();
      }
    });
  }

  async ask(question: KeyQuestion): Promise<boolean> {
    if (this.#isOver) return false;
    return await this.#keepingOutput(async () => {
      const keys = new ReadableStream<Uint8Array>({
        start: (controller) => void (this.#asked = controller),
        cancel: () => void (this.#asked = undefined),
      });
      this.#terminal.err(this.#lead());
      const show = (text: Printable) => this.#terminal.err(rawLines(text));
      try {
        return await askKey({ clock: this.#clock, keys, show }, question);
      } finally {
        this.#asked = undefined;
      }
    });
  }

  /** Answers every question with no from now on: the shell has ended. */
  stopAsking(): void {
    this.#isOver = true;
    this.#asked?.close();
    this.#asked = undefined;
  }

  /** Shows the text at the start of a line. */
  say(text: Printable): void {
    if (text === "") return;
    this.#terminal.err(joined([this.#lead(), rawLines(text)]));
    this.#lastByte = NEWLINE;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#takeBack();
    this.#lent.resolve(undefined);
    this.#keys.close().catch(() => {});
    if (this.#lastByte !== NEWLINE) this.#terminal.out(rawLines(printable`\n`)); // after a prompt
  }

  /** Moves to the start of a line, with the terminal's modes reset. */
  #lead(): Printable {
    const end = this.#lastByte === NEWLINE ? printable`` : rawLines(printable`\n`);
    return joined([SOFT_RESET, end]);
  }

  async #keepingOutput<T>(work: () => Promise<T>): Promise<T> {
    this.#output.isHeld = true;
    try {
      return await work();
    } finally {
      const { held, droppedBytes } = this.#output;
      this.#output = { isHeld: false, held: [], heldBytes: 0, droppedBytes: 0 };
      this.#lastByte = NEWLINE; // tkn-dev's text ends with one
      for (const { bytes, to } of held) this.#show(bytes, to);
      if (droppedBytes > 0) {
        this.say(printable`Note: ${droppedBytes} bytes of output were dropped meanwhile\n`);
      }
    }
  }

  #lend(): RawTerminal {
    const raw = this.#terminal.raw();
    this.#lent.resolve(raw);
    void this.#pass(raw);
    return raw;
  }

  async *#allSizes(): AsyncGenerator<TerminalSize> {
    while (true) {
      const raw = await this.#lent.promise;
      if (raw === undefined) return;
      yield* raw.sizes;
    }
  }

  async #takeBack(): Promise<void> {
    const raw = this.#raw;
    this.#raw = undefined;
    this.#lent = Promise.withResolvers();
    await raw?.[Symbol.asyncDispose]();
  }

  async #pass(raw: RawTerminal): Promise<void> {
    try {
      for await (const keys of raw.keys) {
        if (this.#raw !== raw) continue;
        if (this.#asked !== undefined) {
          this.#asked.enqueue(keys);
          continue;
        }
        if (keys.includes(CARRIAGE_RETURN) || keys.includes(NEWLINE)) this.#isLineTyped = true;
        await this.#keys.write(keys);
      }
    } catch {
      return; // the shell ended
    }
    if (this.#raw !== raw) return;
    this.#asked?.close();
    await this.#keys.close().catch(() => {}); // the terminal is closed
  }
}

interface Held {
  readonly bytes: Uint8Array;
  readonly to: "stdout" | "stderr";
}
