/** The keys of a terminal, from the bytes that it sends in raw mode. Pure. */

/** "interrupt" is Ctrl-C, "end" is Ctrl-D. */
export type Control =
  | "enter"
  | "interrupt"
  | "end"
  | "backspace"
  | "delete"
  | "delete line"
  | "delete word"
  | "left"
  | "right"
  | "home"
  | "last"
  | "up"
  | "down"
  | "page up"
  | "page down";

/** A pasted text may have several lines; a typed one has none. */
export type Key = Control | { readonly typed: string } | { readonly pasted: string };

/** Asks the terminal to mark what is pasted, and to stop that. */
export const MARK_PASTES = "\x1b[?2004h";
export const NO_MARKS = "\x1b[?2004l";

const CONTROLS: Readonly<Record<string, Control | undefined>> = {
  "\r": "enter",
  "\n": "enter",
  "\x01": "home",
  "\x02": "left",
  "\x03": "interrupt",
  "\x04": "end",
  "\x05": "last",
  "\x06": "right",
  "\x08": "backspace",
  "\x0e": "down",
  "\x10": "up",
  "\x15": "delete line",
  "\x17": "delete word",
  "\x7f": "backspace",
};

/** Escape sequences without ESC and [ (or O). */
const SEQUENCES: Readonly<Record<string, Control | undefined>> = {
  "A": "up",
  "B": "down",
  "C": "right",
  "D": "left",
  "H": "home",
  "F": "last",
  "1~": "home",
  "7~": "home",
  "4~": "last",
  "8~": "last",
  "3~": "delete",
  "5~": "page up",
  "6~": "page down",
};

const PASTE_START = "200~";
const PASTE_END = "\x1b[201~";

/** A longer paste is dropped: Kubernetes limits objects to 1.5 MB. */
export const MOST_PASTED = 1_000_000;

/** Keys may be split over reads. An unknown sequence is no key. */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  /** The paste so far, if one has begun. */
  #paste: string | undefined;
  #isTooLong = false;

  /** Returns the keys of one read. */
  push(bytes: Uint8Array): Key[] {
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = "";
    if (this.#paste === undefined && isUnmarkedPaste(text)) return [{ pasted: plain(text) }];
    const keys: Key[] = [];
    while (text !== "") {
      const [key, length] = this.#paste === undefined ? this.#typedKey(text) : this.#pasteEnd(text);
      if (key !== undefined) keys.push(key);
      text = text.slice(length);
    }
    return keys;
  }

  /** Returns the first key of the text, and its length. */
  #typedKey(text: string): [key: Key | undefined, length: number] {
    if (text[0] === "\x1b") return this.#sequence(text);
    if (text.startsWith("\r\n")) return ["enter", 2];
    const control = CONTROLS[text[0]];
    if (control !== undefined) return [control, 1];
    // deno-lint-ignore no-control-regex
    const [typed] = /^[^\x00-\x1f\x7f]+/.exec(text) ?? [""];
    return typed === "" ? [undefined, 1] : [{ typed }, typed.length];
  }

  #sequence(text: string): [key: Control | undefined, length: number] {
    // deno-lint-ignore no-control-regex
    const whole = /^\x1b(?:\[([0-?]*[ -/]*[@-~])|O([@-~]))/.exec(text);
    if (whole !== null) {
      const name = whole[1] ?? whole[2];
      if (name === PASTE_START) this.#paste = "";
      return [SEQUENCES[name], whole[0].length];
    }
    // deno-lint-ignore no-control-regex
    if (!/^\x1b(?:\[[0-?]{0,16}[ -/]{0,4}|O)?$/.test(text)) return [undefined, 1];
    this.#rest = text;
    return [undefined, text.length];
  }

  #pasteEnd(text: string): [key: Key | undefined, length: number] {
    const all = this.#paste! + text;
    const end = all.indexOf(PASTE_END);
    if (end < 0) {
      // The end may be split: its first characters stay in the paste until the rest is there.
      this.#isTooLong ||= all.length > MOST_PASTED;
      this.#paste = this.#isTooLong ? all.slice(-PASTE_END.length) : all;
      return [undefined, text.length];
    }
    const length = end + PASTE_END.length - this.#paste!.length;
    const key = this.#isTooLong ? undefined : { pasted: plain(all.slice(0, end)) };
    this.#paste = undefined;
    this.#isTooLong = false;
    return [key, length];
  }
}

/** Whether a terminal without marks sent several lines at once: nobody types so fast. */
function isUnmarkedPaste(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[^\r\n][\r\n]+[^\r\n]/.test(text) && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
}

/** Returns the text with its lines ended by \n, and without the newlines at its end. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
}
