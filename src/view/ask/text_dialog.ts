/** A question that is answered with a line of text. Pure. */
import { EditedLine } from "./edited_line.ts";
import type { Frame, Line, ScreenSize } from "./frame.ts";
import type { Key } from "./keys.ts";
import { type Dialog, head, type TextQuestion, titleOf } from "./question.ts";

export class TextDialog implements Dialog<string> {
  readonly #question: TextQuestion;
  readonly #line: EditedLine;
  /** The mistake in the text, or the meaning of Enter. */
  #note: string | undefined;
  #isEmptyAsked = false;

  constructor(question: TextQuestion) {
    this.#question = question;
    this.#line = new EditedLine(question.initial);
  }

  onKey(key: Key): { answer: string } | undefined {
    if (key !== "enter") {
      if (!this.#line.onKey(key)) return undefined;
      this.#note = undefined;
      this.#isEmptyAsked = false;
      return undefined;
    }
    const { text } = this.#line;
    const { check, empty } = this.#question;
    this.#note = check?.(text);
    if (this.#note !== undefined) return undefined;
    if (text !== "" || empty === undefined || this.#isEmptyAsked) return { answer: text };
    this.#isEmptyAsked = true;
    this.#note = `Enter again for ${empty}`;
    return undefined;
  }

  frame(size: ScreenSize): Frame {
    const { lines, cursor } = head(this.#question, this.#line, size);
    if (this.#note === undefined) return { lines, cursor };
    return {
      lines: [...lines, [{ text: "  " }, { text: this.#note, style: "yellow" }]],
      cursor,
    };
  }

  answered(): Line {
    const text = this.#line.text;
    const { empty = "nothing" } = this.#question;
    return [...titleOf(this.#question), text === "" ? { text: empty, style: "dim" } : { text }];
  }
}
