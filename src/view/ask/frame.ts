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

/** Draws frames over each other, and the answer over the last one. */
export class Drawing {
  readonly #styles: Styles;
  /** The widths of the drawn lines above the cursor, and the cursor's column. */
  #above: number[] = [];

  constructor(color: boolean) {
    this.#styles = styles(color);
  }

  /** Returns the text that replaces the frame before. It has raw line ends. */
  draw({ lines, cursor }: Frame, size: ScreenSize): Printable {
    const before = this.erase(size);
    // A full last column, or a line below the screen, would scroll what is above.
    const columns = Math.max(1, size.columns - 1);
    const fitting = lines.slice(0, Math.max(cursor.line + 1, size.rows - 1))
      .map((line) => fittedLine(line, columns));
    const up = fitting.length - 1 - cursor.line;
    const column = Math.min(cursor.column, columns);
    this.#above = [...fitting.slice(0, cursor.line).map(lineWidth), column];
    return joined([
      before,
      joined(fitting.map((line) => this.#styled(line)), "\r\n"),
      unescaped(up === 0 ? "\r" : `\x1b[${up}A\r`),
      unescaped(column === 0 ? "" : `\x1b[${column}C`),
    ]);
  }

  /** Returns the text that removes the frame. Lines are broken if the terminal became narrower. */
  erase({ columns }: ScreenSize): Printable {
    const last = this.#above.pop() ?? 0;
    const up = this.#above.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      Math.floor(last / columns),
    );
    this.#above = [];
    return unescaped(up > 0 ? `\x1b[${up}A\r\x1b[J` : `\r\x1b[J`);
  }

  /** Returns a line that stays, with its raw line end. The terminal breaks a long one. */
  keep(line: Line): Printable {
    return joined([this.#styled(line), printable`\r\n`]);
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
