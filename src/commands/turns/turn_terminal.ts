/** The terminal of a watched step: output above, one line of keys below, keys at any time. */
import type { Clock, Host, RawTerminal, Terminal } from "../../host.ts";
import { type Printable, printable, rawLines } from "../../printable.ts";
import { KeyReader } from "../../view/ask/keys.ts";
import type { Output } from "../../view/run_view.ts";
import { PIPE_MS, Screen } from "../../view/screen.ts";
import type { Wish } from "./machine.ts";
import { wishOf } from "./wishes.ts";

const NEWLINE = 0x0a;

export class TurnTerminal implements AsyncDisposable {
  /** Prints above the line of keys. */
  readonly terminal: Terminal;
  readonly #own: Terminal;
  readonly #clock: Clock;
  readonly #onWish: (wish: Wish) => void;
  readonly #onClosed: () => void;
  readonly #screen: Screen;
  #raw: RawTerminal | undefined;
  /** The line below the output, for a width. */
  #line: ((columns: number) => Printable) | undefined;
  /** Whether the last output did not end its line. */
  #isInLine = false;

  /** `onClosed` is called when the terminal sends no more keys. */
  constructor(
    { terminal: own, clock }: Pick<Host, "terminal" | "clock">,
    onWish: (wish: Wish) => void,
    onClosed: () => void,
  ) {
    this.#own = own;
    this.#clock = clock;
    this.#onWish = onWish;
    this.#onClosed = onClosed;
    this.#screen = new Screen({
      isShared: own.isTerminal.stdout,
      columns: () => own.columns(),
    });
    this.terminal = {
      closed: own.closed,
      isTerminal: own.isTerminal,
      isPiped: own.isPiped,
      get isLent() {
        return own.isLent;
      },
      columns: () => own.columns(),
      raw: () => own.raw(),
      input: () => own.input(),
      bytes: () => own.bytes(),
      write: (bytes, to) => this.#pass(bytes, to),
      out: (text) => this.#print("stdout", text),
      err: (text) => this.#print("stderr", text),
    };
    this.#take();
  }

  /** Shows a line below the output, and again when the terminal gets another width. */
  show(line: (columns: number) => Printable): void {
    this.endLine();
    this.draw([{ status: line(this.#own.columns()) }]);
    this.#line = line;
  }

  /** Removes the line below the output. */
  clear(): void {
    this.draw([{ status: printable`` }]);
  }

  /** Draws what a view has rendered. Its status takes the place of the line. */
  draw(outputs: readonly Output[]): void {
    if (outputs.some((output) => "status" in output)) this.#line = undefined;
    for (const { to, text } of this.#screen.paint(outputs)) {
      const shown = this.#raw === undefined ? text : rawLines(text);
      to === "stdout" ? this.#own.out(shown) : this.#own.err(shown);
    }
  }

  /** Waits until what went into a pipe is on the terminal, if the pipe ends there. */
  async outputArrives(): Promise<void> {
    if (this.#own.isPiped) await this.#clock.delay(PIPE_MS);
  }

  /** Ends a line that the output left open. */
  endLine(): void {
    if (this.#isInLine) this.terminal.err(printable`\n`);
  }

  /** Leaves the terminal to `work`, such as a shell or an editor. */
  async suspendFor<T>(work: () => Promise<T>): Promise<T> {
    this.clear();
    await this.#giveBack();
    try {
      return await work();
    } finally {
      this.#take();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clear();
    await this.#giveBack();
  }

  #pass(bytes: Uint8Array, to: "stdout" | "stderr"): void {
    this.#own.write(bytes, to);
    if (this.#own.isPiped && bytes.length > 0) this.#isInLine = bytes.at(-1) !== NEWLINE;
  }

  #print(to: "stdout" | "stderr", text: Printable): void {
    if (text === "") return;
    this.#isInLine = !text.endsWith("\n");
    this.draw([{ to, text }]);
  }

  #take(): void {
    const raw = this.#own.raw();
    this.#raw = raw;
    void this.#read(raw);
    this.#follow(raw).catch(() => {}); // the terminal is gone, and its keys end
  }

  /** Shows the line again at each new size. */
  async #follow(raw: RawTerminal): Promise<void> {
    for await (const _ of raw.sizes) {
      if (this.#raw !== raw) return;
      if (this.#line !== undefined) this.show(this.#line);
    }
  }

  async #read(raw: RawTerminal): Promise<void> {
    const reader = new KeyReader();
    for await (const bytes of raw.keys) {
      if (this.#raw !== raw) return;
      for (const key of reader.push(bytes)) {
        const wish = wishOf(key);
        if (wish !== undefined) this.#onWish(wish);
      }
    }
    if (this.#raw === raw) this.#onClosed();
  }

  async #giveBack(): Promise<void> {
    const raw = this.#raw;
    this.#raw = undefined;
    await raw?.[Symbol.asyncDispose]();
  }
}
