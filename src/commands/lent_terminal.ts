/** The user's terminal, lent to a command in a container and taken back where something here needs it. */
import type { Clock, RawTerminal, Terminal } from "../host.ts";
import type { TerminalSize } from "../kube/interface.ts";
import { joined, type Printable, printable, rawLines, unescaped } from "../printable.ts";
import { askKey, type KeyQuestion } from "./key_question.ts";
import type { LocalDesk } from "./local_desk.ts";

/** Of the command's output while the terminal is taken back; what is more is dropped. */
const MOST_HELD_BYTES = 1 << 20;
/** Output that pauses for so long is all here, and a line of ours can follow it. */
const PAUSE_MS = 100;
/** After this long it does not pause. */
const MOST_PAUSE_MS = 2_000;

/**
 * Ends what the command may have left open, so that it can't hide what is shown here: a sequence (CAN, ST), margins,
 * character sets and a hidden cursor (DECSTR, after which some terminals don't wrap lines until DECAWM), colors. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const SOFT_RESET = unescaped("\x18\x1b\\\x1b[!p\x1b[?7h\x1b[0m");

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class LentTerminal implements LocalDesk, AsyncDisposable {
  readonly keys: ReadableStream<Uint8Array>;
  readonly sizes: AsyncIterable<TerminalSize>;
  #lent = Promise.withResolvers<RawTerminal | undefined>();
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  #raw: RawTerminal | undefined;
  /** Where keys go while a question is asked. */
  #asked: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOver = false;
  #isLineTyped = false;
  #output = { isHeld: false, held: [] as Held[], heldBytes: 0, droppedBytes: 0 };
  #lastByte = NEWLINE;
  #lastOutputMs = 0;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    const keys = new TransformStream<Uint8Array, Uint8Array>();
    this.keys = keys.readable;
    this.#keys = keys.writable.getWriter();
    this.#keys.closed.catch(() => {}); // the other side ended first
    this.#raw = this.#lend();
    this.sizes = this.#allSizes();
  }

  /** The command's output. It waits while the terminal is taken back, up to MOST_HELD_BYTES of it. */
  write(bytes: Uint8Array, to: Held["to"]): void {
    const output = this.#output;
    this.#lastOutputMs = this.#clock.now();
    if (!output.isHeld) {
      this.#lastByte = bytes.at(-1) ?? this.#lastByte;
      this.#terminal.write(bytes, to);
    } else if (output.heldBytes + bytes.length <= MOST_HELD_BYTES) {
      output.heldBytes += bytes.length;
      output.held.push({ bytes: bytes.slice(), to });
    } else output.droppedBytes += bytes.length;
  }

  /** Whether a person ended a line for the command since this was last asked. */
  takeTypedLine(): boolean {
    const isTyped = this.#isLineTyped;
    this.#isLineTyped = false;
    return isTyped;
  }

  /** Meanwhile keys go to nobody here, and the terminal is as it was. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    return await this.#holding(async () => {
      await this.#takeBack();
      try {
        return await work();
      } finally {
        this.#raw = this.#lend();
      }
    });
  }

  async ask(question: KeyQuestion): Promise<boolean> {
    await this.#outputPauses(); // the shell's echo of what was typed, mostly
    if (this.#isOver) return false;
    return await this.#holding(async () => {
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

  /** The command is over: what is asked now is answered with no. */
  stopAsking(): void {
    this.#isOver = true;
    this.#asked?.close();
    this.#asked = undefined;
  }

  /** After the output that is on its way. */
  async say(text: Printable): Promise<void> {
    await this.#outputPauses();
    this.note(text);
  }

  /** At once. */
  note(text: Printable): void {
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

  async #outputPauses(): Promise<void> {
    const clock = this.#clock;
    const endMs = clock.now() + MOST_PAUSE_MS;
    while (clock.now() < Math.min(this.#lastOutputMs + PAUSE_MS, endMs)) {
      await clock.delay(PAUSE_MS);
    }
  }

  /** To the start of a line that can be read. */
  #lead(): Printable {
    const end = this.#lastByte === NEWLINE ? printable`` : rawLines(printable`\n`);
    return joined([SOFT_RESET, end]);
  }

  async #holding<T>(work: () => Promise<T>): Promise<T> {
    this.#output.isHeld = true;
    try {
      return await work();
    } finally {
      const { held, droppedBytes } = this.#output;
      this.#output = { isHeld: false, held: [], heldBytes: 0, droppedBytes: 0 };
      this.#lastByte = NEWLINE; // of what was shown here
      for (const { bytes, to } of held) this.write(bytes, to);
      if (droppedBytes > 0) {
        this.note(printable`Note: ${droppedBytes} bytes of output were dropped meanwhile\n`);
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
      return; // the reader ended
    }
    if (this.#raw !== raw) return;
    this.#asked?.close();
    await this.#keys.close().catch(() => {}); // the terminal is gone
  }
}

interface Held {
  readonly bytes: Uint8Array;
  readonly to: "stdout" | "stderr";
}
