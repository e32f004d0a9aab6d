/** Takes control sequences out of a text that comes in pieces, in one pass and with bounded memory. Pure. */
import { UNPRINTABLE } from "../../printable.ts";
import { RESET } from "./style.ts";

export interface FilterOptions {
  /** Whether colors (SGR) stay; true by default. */
  readonly color?: boolean;
}

/** So much of a sequence is kept until its end comes: of a longer one only the start is removed. */
const MOST_HELD = 65_536;

/**
 * Where the text stands: outside of any sequence; after ESC (and intermediates); in a CSI sequence; in an OSC or
 * another string; in one after an ESC, which may be the start of its end, `ESC \`.
 * https://ecma-international.org/publications-and-standards/standards/ecma-48/
 */
type State = "text" | "escape" | "csi" | "string" | "stringEscape";

const ESC = "\x1b";
const CSI = "\x9b";

/** What begins a string, after ESC and as C1: DCS, SOS, OSC, PM, APC. */
const STRING_LETTERS = "PX]^_";
const STRING_CONTROLS = "\x90\x98\x9d\x9e\x9f";
/** What ends one: BEL, ESC \, ST; and a line's end. */
// deno-lint-ignore no-control-regex
const STRING_END = /[\x07\x1b\x9c\n\r]/g;

/**
 * A sequence without its end is text, but for what began it: "ESC ] 0 ; b" is "0;b". A newline ends every sequence,
 * and the colors of its line; a carriage return is one too.
 */
export class ControlFilter {
  readonly #color: boolean;
  #state: State = "text";
  /** What began the CSI sequence. */
  #introducer = "";
  /** What came of the sequence after its start. */
  #held = "";
  /** Whether that ends with an intermediate. */
  #hasIntermediate = false;
  #shown = "";
  #isColored = false;
  #afterReturn = false;
  /** Characters that were looked at so far, for the test that this grows as the text does. */
  looked = 0;

  constructor({ color = true }: FilterOptions = {}) {
    this.#color = color;
  }

  /** Whether a color has been left on. */
  get isColored(): boolean {
    return this.#isColored;
  }

  /** What of the text can be shown by now. */
  push(text: string): string {
    this.#feed(text, true);
    return this.#take();
  }

  /** The text has ended: what was held back of it. */
  end(): string {
    this.#abandon();
    return this.#take();
  }

  #take(): string {
    const shown = this.#shown;
    this.#shown = "";
    return shown;
  }

  /** `opens`: whether strings may begin in it; not in what was of a string without an end. */
  #feed(text: string, opens: boolean): void {
    for (let at = 0; at < text.length;) {
      const plain = this.#plainEnd(text, at);
      if (plain > at) {
        this.#keep(text.slice(at, plain));
        this.looked += plain - at;
        at = plain;
      } else {
        const character = String.fromCodePoint(text.codePointAt(at)!);
        this.looked++;
        this.#next(character, opens);
        at += character.length;
      }
    }
  }

  /** Up to where it is text, or a string's, and can be taken at once. */
  #plainEnd(text: string, at: number): number {
    const end = this.#state === "text" ? UNPRINTABLE : this.#state === "string" ? STRING_END : null;
    if (end === null) return at;
    end.lastIndex = at;
    return end.exec(text)?.index ?? text.length;
  }

  #keep(text: string): void {
    if (this.#state === "text") {
      this.#shown += text;
      this.#afterReturn = false;
    } else this.#hold(text);
  }

  #next(character: string, opens: boolean): void {
    if (character === "\n" || character === "\r") return this.#newline(character);
    switch (this.#state) {
      case "text":
        return this.#begin(character, opens);
      case "escape":
        return this.#escape(character, opens);
      case "csi":
        return this.#csi(character, opens);
      case "string":
        if (character === ESC) this.#state = "stringEscape";
        else this.#drop(); // BEL or ST
        return;
      case "stringEscape":
        if (character === "\\") return this.#drop();
        this.#abandon();
        return this.#feed(ESC + character, opens);
    }
  }

  #begin(character: string, opens: boolean): void {
    this.#afterReturn = false;
    this.#introducer = character;
    if (character === ESC) this.#state = "escape";
    else if (character === CSI) this.#state = "csi";
    else if (opens && STRING_CONTROLS.includes(character)) this.#state = "string";
    // any other control goes alone
  }

  /** ESC, intermediates, a final letter. */
  #escape(character: string, opens: boolean): void {
    if (this.#held === "" && character === "[") this.#state = "csi";
    else if (this.#held === "" && opens && STRING_LETTERS.includes(character)) {
      this.#state = "string";
    } else if (isBetween(character, " ", "/")) this.#hold(character);
    else if (isBetween(character, "0", "~")) this.#drop();
    else this.#again(character, opens);
  }

  /** Parameters, intermediates, a final letter; an intermediate is followed by no parameter. */
  #csi(character: string, opens: boolean): void {
    if (isBetween(character, " ", this.#hasIntermediate ? "/" : "?")) {
      this.#hasIntermediate ||= character <= "/";
      return this.#hold(character);
    }
    if (!isBetween(character, "@", "~")) return this.#again(character, opens);
    const isColor = character === "m" && /^[0-9;:]*$/.test(this.#held);
    if (isColor && this.#color && this.#introducer === ESC) {
      const sequence = `${ESC}[${this.#held}m`;
      this.#shown += sequence;
      this.#isColored = sequence !== RESET && sequence !== `${ESC}[m`;
    }
    this.#drop();
  }

  #hold(text: string): void {
    this.#held += text;
    if (this.#held.length > MOST_HELD) this.#abandon();
  }

  #drop(): void {
    this.#held = "";
    this.#hasIntermediate = false;
    this.#state = "text";
  }

  /** The sequence has no end: what is held of it is text. */
  #abandon(): void {
    const held = this.#held;
    this.#drop();
    if (held !== "") this.#feed(held, false);
    // What it held may have begun another one, that ends with it.
    if (this.#state !== "text") this.#abandon();
  }

  #again(character: string, opens: boolean): void {
    this.#abandon();
    this.#feed(character, opens);
  }

  #newline(character: string): void {
    this.#abandon();
    const isSecond = character === "\n" && this.#afterReturn;
    this.#afterReturn = character === "\r";
    if (isSecond) return;
    this.#shown += this.#isColored ? `${RESET}\n` : "\n";
    this.#isColored = false;
  }
}

function isBetween(character: string, first: string, last: string): boolean {
  return character >= first && character <= last;
}
