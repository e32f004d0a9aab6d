/** The lines of a small terminal: text, line ends, and the moves that tkn-dev writes. */
import { charactersOf, widthOf } from "../../src/view/text/width.ts";

const PARTS =
  // deno-lint-ignore no-control-regex
  /\x1b\[([0-?]*)([@-~])|[\r\n]|[^\x1b\r\n]+/gu;

/** Returns the text without the sequences that erase the rest of a line, or what is below it. */
export function withoutErasing(text: string): string {
  return text.replaceAll("\x1b[K", "").replaceAll("\x1b[J", "");
}

/** A line that is longer than the screen is wide continues in the next row. Nothing scrolls. */
export class FakeScreen {
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(readonly columns: number) {}

  get lines(): string[] {
    const lines = this.#rows.map((row) => row.join("").trimEnd());
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  get cursor(): { row: number; column: number } {
    return { row: this.#row, column: this.#column };
  }

  write(text: string): void {
    for (const [part, count, final] of text.matchAll(PARTS)) {
      if (final !== undefined) this.#move(final, Number(count || 1), count);
      else if (part === "\r") this.#column = 0;
      else if (part === "\n") this.#rows[++this.#row] ??= [];
      else for (const character of charactersOf(part)) this.#put(character);
    }
  }

  #put(character: string): void {
    const width = widthOf(character);
    if (this.#column + width > this.columns) {
      this.#column = 0;
      this.#rows[++this.#row] ??= [];
    }
    const row = this.#rows[this.#row];
    for (let at = row.length; at < this.#column; at++) row[at] = " ";
    row[this.#column] = character;
    for (let more = 1; more < width; more++) row[this.#column + more] = "";
    this.#column += width;
  }

  #move(final: string, count: number, parameters: string): void {
    switch (final) {
      case "A":
        this.#row = Math.max(0, this.#row - count);
        break;
      case "C":
        this.#column = Math.min(this.columns - 1, this.#column + count);
        break;
      case "K":
        this.#rows[this.#row].length = Math.min(this.#rows[this.#row].length, this.#column);
        break;
      case "J":
        this.#rows[this.#row].length = Math.min(this.#rows[this.#row].length, this.#column);
        this.#rows.length = this.#row + 1;
        break;
      case "m":
        break;
      default:
        if (parameters !== "?2004") throw new Error(`not a move of tkn-dev: ${parameters}${final}`);
    }
  }
}
