/** A list of which the user chooses one row: by arrows, or by a part of its text. Pure. */
import { fitted, widthOf } from "../text/width.ts";
import { EditedLine } from "./edited_line.ts";
import { type Frame, type Line, type ScreenSize, shown } from "./frame.ts";
import type { Key } from "./keys.ts";
import { type ChoiceQuestion, type Dialog, head, padded, type Row, titleOf } from "./question.ts";

/** At most this many rows are shown at once. */
const PAGE = 10;

export class ChoiceDialog implements Dialog<number> {
  readonly #question: ChoiceQuestion;
  readonly #filter = new EditedLine();
  /** The places in the list of the rows that match. */
  #matches: number[];
  /** The place in the matches of the row that Enter chooses. */
  #at = 0;
  /** The place in the matches of the first row that is shown. */
  #top = 0;

  constructor(question: ChoiceQuestion) {
    this.#question = question;
    this.#matches = [...question.rows.keys()];
  }

  onKey(key: Key): { answer: number } | undefined {
    if (key === "enter") {
      const answer = this.#matches.at(this.#at);
      return answer === undefined ? undefined : { answer };
    }
    const step = STEPS[key as string];
    if (step !== undefined) this.#move(this.#at + step);
    else if (this.#filter.onKey(inOneLine(key))) this.#match();
    return undefined;
  }

  frame(size: ScreenSize): Frame {
    const { lines, cursor } = head(this.#question, this.#filter, size);
    // Below is the line that counts, and the last line of the screen stays free.
    const page = Math.max(1, Math.min(PAGE, size.rows - lines.length - 2));
    this.#top = Math.max(Math.min(this.#top, this.#at), this.#at - page + 1, 0);
    const places = this.#matches.slice(this.#top, this.#top + page);
    const rows = places.map((place) => this.#question.rows[place]);
    return { lines: [...lines, ...this.#rowLines(rows, size), this.#last(page)], cursor };
  }

  answered(): Line {
    const { rows } = this.#question;
    return [...titleOf(this.#question), { text: rows[this.#matches[this.#at]].text }];
  }

  #rowLines(rows: readonly Row[], { columns }: ScreenSize): Line[] {
    const most = rows.some(({ about }) => about) ? Math.floor((columns - 5) * 0.6) : columns - 3;
    const texts = rows.map(({ text }) => fitted(shown(text), most));
    const width = Math.max(...texts.map(widthOf));
    return rows.map(({ about = "" }, row): Line => {
      const isChosen = this.#top + row === this.#at;
      const text = padded(texts[row], about === "" ? 0 : width);
      return [
        { text: isChosen ? "> " : "  " },
        isChosen ? { text, style: "bold" } : { text },
        { text: about === "" ? "" : `  ${about}`, style: "dim" },
      ];
    });
  }

  #last(page: number): Line {
    const [count, all] = [this.#matches.length, this.#question.rows.length];
    const text = count === 0
      ? "nothing matches"
      : this.#filter.text !== ""
      ? `${count} of ${all}`
      : `${all > page ? `${all} in all; ` : ""}arrows move, letters filter`;
    return [{ text: "  " }, { text, style: "dim" }];
  }

  #move(to: number): void {
    this.#at = Math.max(0, Math.min(this.#matches.length - 1, to));
  }

  /** A row matches if it has each word of the filter. One that has it as a word is chosen first. */
  #match(): void {
    const { rows } = this.#question;
    const typed = this.#filter.text.toLowerCase().trim();
    const words = typed.split(/\s+/);
    const textOf = (place: number) =>
      `${rows[place].text} ${rows[place].about ?? ""}`.toLowerCase();
    this.#matches = [...rows.keys()].filter((place) =>
      words.every((word) => textOf(place).includes(word))
    );
    const exact = this.#matches.findIndex((place) => {
      const text = rows[place].text.toLowerCase();
      return text === typed || text.split(" ").includes(typed);
    });
    this.#top = 0;
    this.#move(Math.max(0, exact));
  }
}

const STEPS: Readonly<Record<string, number | undefined>> = {
  "up": -1,
  "down": 1,
  "page up": -PAGE,
  "page down": PAGE,
};

function inOneLine(key: Key): Key {
  return typeof key === "object" && "pasted" in key ? { typed: key.pasted.split("\n")[0] } : key;
}
