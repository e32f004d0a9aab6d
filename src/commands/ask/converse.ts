/** Asks the questions of a conversation on the terminal, one below the other. */
import { Interrupted } from "../../errors.ts";
import type { Host, RawTerminal } from "../../host.ts";
import type { TerminalSize } from "../../kube/interface.ts";
import { unescaped } from "../../printable.ts";
import { ChoiceDialog } from "../../view/ask/choice_dialog.ts";
import { Drawing } from "../../view/ask/frame.ts";
import { KeyReader, MARK_PASTES, NO_MARKS } from "../../view/ask/keys.ts";
import type { Dialog } from "../../view/ask/question.ts";
import { TextDialog } from "../../view/ask/text_dialog.ts";
import { canDraw, useColor } from "../output/color.ts";
import type { Conversation, Question, Reply } from "./conversation.ts";

export interface AskFlags {
  /** Whether the user wants no question. */
  readonly noInput: boolean;
  readonly color: boolean;
}

/** Without a key for this long, nobody is there: a job may have a terminal without a user. */
export const ANSWER_MS = 300_000;

/** Returns whether the user sees questions, can answer them and wants to. */
export function canAsk(host: Host, { noInput }: Pick<AskFlags, "noInput">): boolean {
  return !noInput && host.terminal.isTerminal.stdin && canDraw(host, "stderr");
}

/**
 * Returns the result of the conversation; undefined if no key came for ANSWER_MS, or the terminal
 * is gone. Throws Interrupted for Ctrl-C and Ctrl-D, which says what is so without the answers.
 */
export async function converse<Result>(
  host: Host,
  { color }: Pick<AskFlags, "color">,
  conversation: Conversation<Result>,
  otherwise = "nothing was chosen",
): Promise<Result | undefined> {
  let next = conversation.next();
  if (next.done) return next.value;
  await using raw = host.terminal.raw();
  using asker = new Asker(host, raw, { color: useColor(host, "stderr", color), otherwise });
  await asker.begin();
  while (!next.done) {
    const reply = await asker.ask(dialogOf(next.value));
    if (reply === undefined) return undefined;
    next = conversation.next(reply);
  }
  return next.value;
}

function dialogOf({ kind, question }: Question): Dialog<Reply> {
  return kind === "text" ? new TextDialog(question) : new ChoiceDialog(question);
}

interface AskerOptions {
  readonly color: boolean;
  readonly otherwise: string;
}

class Asker implements Disposable {
  readonly #otherwise: string;
  readonly #host: Host;
  readonly #raw: RawTerminal;
  readonly #drawing: Drawing;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #keys = new KeyReader();
  readonly #over = new AbortController();
  #size: TerminalSize = { columns: 0, rows: 0 };
  #dialog: Dialog<Reply> | undefined;

  constructor(host: Host, raw: RawTerminal, { color, otherwise }: AskerOptions) {
    this.#otherwise = otherwise;
    this.#host = host;
    this.#raw = raw;
    this.#drawing = new Drawing(color);
    this.#reader = raw.keys.getReader();
    host.terminal.err(unescaped(MARK_PASTES));
  }

  /** Waits for the terminal's size, and follows its changes from then on. */
  async begin(): Promise<void> {
    const sizes = this.#raw.sizes[Symbol.asyncIterator]();
    const { value } = await sizes.next();
    if (value !== undefined) this.#size = value;
    const follow = async () => {
      for (let next = await sizes.next(); !next.done; next = await sizes.next()) {
        this.#size = next.value;
        this.#draw();
      }
    };
    follow().catch(() => {}); // the questions keep the size that they have
  }

  /** Keys after the answer in the same read are dropped: they were not typed for what follows. */
  async ask(dialog: Dialog<Reply>): Promise<Reply | undefined> {
    const { terminal } = this.#host;
    this.#dialog = dialog;
    this.#draw();
    for (;;) {
      const bytes = await this.#read();
      if (bytes === undefined) return undefined;
      for (const key of this.#keys.push(bytes)) {
        if (key === "interrupt" || key === "end") {
          throw new Interrupted(`Interrupted: ${this.#otherwise}`);
        }
        const answered = dialog.onKey(key);
        if (answered === undefined) continue;
        this.#dialog = undefined;
        terminal.err(this.#drawing.end(dialog.answered(), this.#shownSize()));
        return answered.answer;
      }
      this.#draw();
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#reader.cancel().catch(() => {});
    const { terminal } = this.#host;
    if (this.#dialog !== undefined) terminal.err(this.#drawing.erase(this.#shownSize()));
    this.#dialog = undefined;
    terminal.err(unescaped(NO_MARKS));
  }

  #draw(): void {
    if (this.#dialog === undefined) return;
    const size = this.#shownSize();
    this.#host.terminal.err(this.#drawing.draw(this.#dialog.frame(size), size));
  }

  /** A terminal without a size, as of some pseudo-terminals, is taken for a usual one. */
  #shownSize(): TerminalSize {
    const { columns, rows } = this.#size;
    return { columns: Math.max(columns || 80, 20), rows: Math.max(rows || 24, 5) };
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { clock, interrupt } = this.#host;
    const over = new AbortController();
    const signal = AbortSignal.any([interrupt, this.#over.signal, over.signal]);
    const late = clock.delay(ANSWER_MS, signal).then(() => undefined, () => undefined);
    const read = await Promise.race([this.#reader.read(), late]).finally(() => over.abort());
    interrupt.throwIfAborted();
    return read === undefined || read.done ? undefined : read.value;
  }
}
