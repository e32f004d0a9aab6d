/** Removes control sequences from a stream of text, in one pass and with bounded memory. Pure. */
import { UNPRINTABLE } from "../../printable.ts";
import { RESET } from "./style.ts";

export interface FilterOptions {
  /** Whether colors (SGR) stay; true by default. */
  readonly color?: boolean;
}

/** The most that is held of an unfinished sequence. Only the start of a longer one is removed. */
const MOST_HELD = 65_536;

/**
 * The position in the text: outside of sequences; after ESC (and intermediates); in a CSI sequence;
 * in an OSC or another string; after an ESC in a string, where `ESC \` would end it.
 * https://ecma-international.org/publications-and-standards/standards/ecma-48/
 */
type State = "text" | "escape" | "csi" | "string" | "stringEscape";

const ESC = "\x1b";
const CSI = "\x9b";

/** The starts of strings, after ESC and as C1: DCS, SOS, OSC, PM, APC. */
const STRING_LETTERS = "PX]^_";
const STRING_CONTROLS = "\x90\x98\x9d\x9e\x9f";
/** The ends of strings: BEL, ESC \, ST, and the end of a line. */
// deno-lint-ignore no-control-regex
const STRING_END = /[\x07\x1b\x9c\n\r]/g;

/**
 * Removes sequences from a text. Only the start of an unfinished sequence is removed:
 * "ESC ] 0 ; b" becomes "0;b". A newline ends every sequence and resets the color; a carriage
 * return counts as a newline.
 */
export class ControlFilter {
  readonly #color: boolean;
  #state: State = "text";
  /** The start of the current sequence: ESC or a C1 control. */
  #introducer = "";
  /** The current sequence after its start. */
  #held = "";
  /** Whether it contains an intermediate byte. */
  #hasIntermediate = false;
  #shown = "";
  #isColored = false;
  #afterReturn = false;
  /** The number of characters processed, by which a test proves that the work is linear. */
  processed = 0;

  constructor({ color = true }: FilterOptions = {}) {
    this.#color = color;
  }

  /** Whether a color is on at the end of the text so far. */
  get isColored(): boolean {
    return this.#isColored;
  }

  /** Takes the next text; returns the text that can be shown so far. */
  push(text: string): string {
    this.#feed(text, true);
    return this.#take();
  }

  /** Returns the rest of the text at its end. */
  end(): string {
    this.#abandon();
    return this.#take();
  }

  #take(): string {
    const shown = this.#shown;
    this.#shown = "";
    return shown;
  }

  /** Processes a text. `opens` is false inside an abandoned string, where no string may begin. */
  #feed(text: string, opens: boolean): void {
    for (let at = 0; at < text.length;) {
      const plain = this.#plainEnd(text, at);
      if (plain > at) {
        this.#keep(text.slice(at, plain));
        this.processed += plain - at;
        at = plain;
      } else {
        const character = String.fromCodePoint(text.codePointAt(at)!);
        this.processed++;
        this.#next(character, opens);
        at += character.length;
      }
    }
  }

  /** Returns the end of the plain text or string content at `at`. */
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
    // any other control character is removed
  }

  /** Handles ESC, intermediates, a final letter. */
  #escape(character: string, opens: boolean): void {
    if (this.#held === "" && character === "[") this.#state = "csi";
    else if (this.#held === "" && opens && STRING_LETTERS.includes(character)) {
      this.#state = "string";
    } else if (isBetween(character, " ", "/")) this.#hold(character);
    else if (isBetween(character, "0", "~")) this.#drop();
    else this.#restart(character, opens);
  }

  /** Handles parameters, intermediates, a final letter; no parameter follows an intermediate. */
  #csi(character: string, opens: boolean): void {
    if (isBetween(character, " ", this.#hasIntermediate ? "/" : "?")) {
      this.#hasIntermediate ||= character <= "/";
      return this.#hold(character);
    }
    if (!isBetween(character, "@", "~")) return this.#restart(character, opens);
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

  /** Treats the held part of an unfinished sequence as text. */
  #abandon(): void {
    const held = this.#held;
    this.#drop();
    if (held !== "") this.#feed(held, false);
    // The held text may have started another sequence.
    if (this.#state !== "text") this.#abandon();
  }

  #restart(character: string, opens: boolean): void {
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
