/** A numbered list to choose from: keys in, text out. Pure. */
import { joined, type Printable, printable } from "../printable.ts";

/** The text to print, and the index or "cancel" if the user has answered. */
export interface ChoiceReaction {
  readonly text: Printable;
  readonly answer?: number | "cancel";
}

const [CTRL_C, CTRL_D, ENTER, NEWLINE, BACKSPACE, DELETE] = [0x03, 0x04, 0x0d, 0x0a, 0x08, 0x7f];

export class Choice {
  readonly #count: number;
  #typed = "";

  constructor(count: number) {
    this.#count = count;
  }

  question(): Printable {
    return printable`Number (1 to ${this.#count}): `;
  }

  /** Takes a read of keys. A digit is an answer at once if no number of the list is longer. */
  onKeys(bytes: Uint8Array): ChoiceReaction {
    const shown: Printable[] = [];
    const answered = (answer: number | "cancel") => ({
      text: joined([...shown, printable`\n`]),
      answer,
    });
    for (const byte of bytes) {
      if (byte === CTRL_C || byte === CTRL_D) return answered("cancel");
      const isEnd = byte === ENTER || byte === NEWLINE;
      const isDigit = byte >= 0x30 && byte <= 0x39;
      if (byte === BACKSPACE || byte === DELETE) {
        this.#typed = this.#typed.slice(0, -1);
        shown.push(printable`\n`, this.question(), printable`${this.#typed}`);
      } else if (isDigit) {
        const digit = String.fromCharCode(byte);
        this.#typed += digit;
        shown.push(printable`${digit}`);
      }
      if (!isEnd && !isDigit || this.#typed === "") continue;
      const number = Number(this.#typed);
      if (!isEnd && number > 0 && number * 10 <= this.#count) continue;
      if (number >= 1 && number <= this.#count) return answered(number - 1);
      this.#typed = "";
      shown.push(printable`\n`, this.question());
    }
    return { text: joined(shown) };
  }
}
