/** The question after the user leaves the shell of a held step: keys in, text out. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import { type Style, styles } from "./text/style.ts";

/** "detach" leaves the step held; "cancel" is Ctrl-C. */
export type Answer = "continue" | "fail" | "run" | "shell" | "detach" | "cancel";

/** The text to print, and the answer if the user gave one. */
export interface Reaction {
  readonly text: Printable;
  readonly answer?: Answer;
}

const CHOICES: readonly (readonly [key: string, rest: string, answer: Answer])[] = [
  ["c", "ontinue", "continue"],
  ["f", "ail", "fail"],
  ["r", "un its work", "run"],
  ["s", "hell again", "shell"],
  ["d", "etach", "detach"],
];

/** Keyed by the byte that a terminal in raw mode sends. */
const CONTROLS: Record<number, Answer | undefined> = { 0x03: "cancel", 0x04: "detach" };

const ESCAPE = 0x1b;

export class Prompt {
  readonly #step: string;
  readonly #bold: Style;
  #sequence: Sequence = "none";
  #hasShownKeys = false;

  constructor(step: string, { color }: { color: boolean }) {
    this.#step = step;
    this.#bold = styles(color).bold;
  }

  /** Returns the question without a newline; the answer is echoed after it. */
  render(): Printable {
    const choices = CHOICES.map(([key, rest]) =>
      joined([printable`[`, this.#bold(key), printable`]${rest}`])
    );
    const question = printable`Step ${this.#step} still holds. `;
    return joined([question, joined(choices, ", "), printable`? `]);
  }

  /**
   * Handles the `bytes` of one read from the terminal. Only a single key is an answer: a paste
   * arrives as several keys. Any other key shows the list of keys, once.
   */
  onKey(bytes: Uint8Array): Reaction {
    const keys = [...bytes].filter((byte) => this.#isKey(byte));
    const control = keys.map((byte) => CONTROLS[byte]).find((answer) => answer !== undefined);
    if (control !== undefined) return chosen(control);
    const letters = keys.filter((byte) => !isNewline(byte));
    const [, , answer] = letters.length === 1
      ? CHOICES.find(([key]) => key === String.fromCharCode(letters[0]).toLowerCase()) ?? []
      : [];
    if (answer !== undefined) return chosen(answer);
    if (keys.length === 0 || this.#hasShownKeys) return { text: printable`` };
    this.#hasShownKeys = true;
    const [last, ...others] = CHOICES.map(([key]) => key).toReversed();
    return { text: printable`\nType ${others.toReversed().join(", ")} or ${last}: ` };
  }

  /**
   * Returns whether the byte is outside of escape sequences (such as arrow keys), which may be
   * split.
   */
  #isKey(byte: number): boolean {
    const before = this.#sequence;
    this.#sequence = next(before, byte);
    return byte in CONTROLS || (before === "none" && this.#sequence === "none");
  }
}

/**
 * ESC alone, or ESC [ (or O) up to its final byte: https://en.wikipedia.org/wiki/ANSI_escape_code
 */
type Sequence = "none" | "escape" | "control";

function next(before: Sequence, byte: number): Sequence {
  if (byte === ESCAPE) return "escape";
  if (byte in CONTROLS) return "none";
  if (before === "escape") return byte === 0x5b || byte === 0x4f ? "control" : "none";
  if (before === "control") return byte >= 0x40 && byte <= 0x7e ? "none" : "control";
  return "none";
}

function isNewline(byte: number): boolean {
  return byte === 0x0d || byte === 0x0a;
}

function chosen(answer: Answer): Reaction {
  return { text: printable`${answer}\n`, answer };
}
