/** A line of text that the user edits. Pure. */
import { charactersOf, firstOf, widthOf } from "../text/width.ts";
import { shown } from "./frame.ts";
import type { Key } from "./keys.ts";

export class EditedLine {
  #characters: string[];
  /** The number of characters before the cursor. */
  #at: number;

  constructor(text = "") {
    this.#characters = charactersOf(text);
    this.#at = this.#characters.length;
  }

  get text(): string {
    return this.#characters.join("");
  }

  /** Returns whether the key changed the text. */
  onKey(key: Key): boolean {
    const before = this.text;
    if (typeof key === "object") this.#insert("typed" in key ? key.typed : key.pasted);
    else this.#onControl(key);
    return before !== this.text;
  }

  /** Returns the part around the cursor that fits, and the cursor's column in it. */
  view(columns: number): { readonly text: string; readonly column: number } {
    const characters = this.#characters.map(shown);
    const before = characters.slice(0, this.#at);
    const last = firstOf(before.toReversed(), Math.max(0, columns - 1)).toReversed();
    const after = firstOf(characters.slice(this.#at), columns - widthOf(last.join("")));
    return { text: [...last, ...after].join(""), column: widthOf(last.join("")) };
  }

  #insert(text: string): void {
    // Segmented anew: a combining character joins the one before it.
    const before = charactersOf(this.#characters.slice(0, this.#at).join("") + text);
    this.#characters = [...before, ...this.#characters.slice(this.#at)];
    this.#at = before.length;
  }

  #onControl(key: Extract<Key, string>): void {
    switch (key) {
      case "left":
        this.#at = Math.max(0, this.#at - 1);
        break;
      case "right":
        this.#at = Math.min(this.#characters.length, this.#at + 1);
        break;
      case "home":
        this.#at = 0;
        break;
      case "last":
        this.#at = this.#characters.length;
        break;
      case "backspace":
        this.#removeBefore(Math.max(0, this.#at - 1));
        break;
      case "delete":
        this.#characters.splice(this.#at, 1);
        break;
      case "delete line":
        this.#removeBefore(0);
        break;
      case "delete word":
        this.#removeBefore(this.#wordStart());
        break;
    }
  }

  #removeBefore(start: number): void {
    this.#characters.splice(start, this.#at - start);
    this.#at = start;
  }

  #wordStart(): number {
    let at = this.#at;
    while (at > 0 && this.#characters[at - 1].trim() === "") at--;
    while (at > 0 && this.#characters[at - 1].trim() !== "") at--;
    return at;
  }
}
