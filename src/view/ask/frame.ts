/** The lines of a question that is redrawn in place at each key. Pure. */
import { escape, joined, type Printable, printable, unescaped } from "../../printable.ts";
import { type Styles, styles } from "../text/style.ts";
import { fitted, widthOf } from "../text/width.ts";

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Text from anywhere, which is escaped when it is drawn. */
export interface Span {
  readonly text: string;
  readonly style?: keyof Styles;
}

export type Line = readonly Span[];

export interface Frame {
  /** At least one. The cursor is on the first or second one. */
  readonly lines: readonly Line[];
  readonly cursor: { readonly line: number; readonly column: number };
}

/** Returns a value as one line of known width. */
export function shown(text: string): string {
  return escape(text).replaceAll("\t", " ");
}

const ERASE_REST_OF_LINE = unescaped("\x1b[K");
const ERASE_BELOW = unescaped("\x1b[J");

/**
 * Draws frames over each other, and the answer over the last one. Lines are written over, not
 * erased first: a terminal that is erased from its first line on keeps what it had as history.
 */
export class Drawing {
  readonly #styles: Styles;
  /** The widths of the drawn lines above the cursor, and the cursor's column. */
  #above: number[] = [];

  constructor(color: boolean) {
    this.#styles = styles(color);
  }

  /** Returns the text that replaces the frame before. It has raw line ends. */
  draw({ lines, cursor }: Frame, size: ScreenSize): Printable {
    const start = this.#toStart(size);
    // A full last column, or a line below the screen, would scroll what is above.
    const columns = Math.max(1, size.columns - 1);
    const fitting = lines.slice(0, Math.max(cursor.line + 1, size.rows - 1))
      .map((line) => fittedLine(line, columns));
    const up = fitting.length - 1 - cursor.line;
    const column = Math.min(cursor.column, columns);
    this.#above = [...fitting.slice(0, cursor.line).map(lineWidth), column];
    return joined([
      start,
      joined(fitting.map((line) => this.#styled(line)), `${ERASE_REST_OF_LINE}\r\n`),
      ERASE_BELOW,
      unescaped(up === 0 ? "\r" : `\x1b[${up}A\r`),
      unescaped(column === 0 ? "" : `\x1b[${column}C`),
    ]);
  }

  /** Returns the text that replaces the frame by a line that stays. */
  end(line: Line, size: ScreenSize): Printable {
    return joined([
      this.#toStart(size),
      this.#styled(line),
      ERASE_REST_OF_LINE,
      printable`\r\n`,
      ERASE_BELOW,
    ]);
  }

  /** Returns the text that removes the frame. */
  erase(size: ScreenSize): Printable {
    return joined([this.#toStart(size), ERASE_BELOW]);
  }

  /** Moves to the start of the frame. Its lines are broken if the terminal became narrower. */
  #toStart({ columns }: ScreenSize): Printable {
    const last = this.#above.pop() ?? 0;
    const up = this.#above.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      Math.floor(last / columns),
    );
    this.#above = [];
    return unescaped(up > 0 ? `\x1b[${up}A\r` : "\r");
  }

  #styled(line: Line): Printable {
    return joined(
      line.map(({ text, style }) =>
        style === undefined ? printable`${shown(text)}` : this.#styles[style](shown(text))
      ),
    );
  }
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(shown(text)), 0);
}

function fittedLine(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap((span) => {
    const text = fitted(shown(span.text), left);
    left -= widthOf(text);
    return text === "" ? [] : [{ ...span, text }];
  });
}
