/** Questions to the user as data, and what the two kinds have in common. Pure. */
import { oneLine } from "../../printable.ts";
import { widthOf, wrapped } from "../text/width.ts";
import type { EditedLine } from "./edited_line.ts";
import { type Frame, type Line, lineWidth, type ScreenSize, shown } from "./frame.ts";
import type { Key } from "./keys.ts";

interface Asked {
  /** As in `Param url`; its last words may be `name`. */
  readonly what: string;
  readonly name?: string;
  /** Explanations, a paragraph each, from anywhere. */
  readonly about?: readonly string[];
}

export interface TextQuestion extends Asked {
  /** The text to begin with. */
  readonly initial?: string;
  /** Returns what is wrong with a text. */
  readonly check?: (text: string) => string | undefined;
  /** The meaning of an empty text, if Enter alone may be a mistake: "the empty string". */
  readonly empty?: string;
}

export interface Row {
  readonly text: string;
  readonly about?: string;
}

export interface ChoiceQuestion extends Asked {
  /** At least one. */
  readonly rows: readonly Row[];
}

/** A question while it is on the terminal. */
export interface Dialog<Answer> {
  /** Returns the answer, once there is one. */
  onKey(key: Key): { readonly answer: Answer } | undefined;
  frame(size: ScreenSize): Frame;
  /** Returns the line that stays. */
  answered(): Line;
}

/** Descriptions may be long: the list and the cursor have to stay on the screen. */
const MOST_ABOUT_LINES = 3;
/** A title that leaves less for the answer has a separate line. */
const LEAST_INPUT_COLUMNS = 16;

export function titleOf({ what, name }: Asked): Line {
  if (name === undefined) return [{ text: `${what}: ` }];
  return [{ text: `${what} ` }, { text: name, style: "bold" }, { text: ": " }];
}

/** Returns the title with the input behind or below it, and the explanations. */
export function head(asked: Asked, input: EditedLine, { columns }: ScreenSize): Frame {
  const title = titleOf(asked);
  const width = lineWidth(title);
  const isBelow = columns - 1 - width < LEAST_INPUT_COLUMNS;
  const indent = isBelow ? 2 : width;
  const { text, column } = input.view(columns - 2 - indent);
  const first: Line[] = isBelow ? [title, [{ text: `  ${text}` }]] : [[...title, { text }]];
  const about = (asked.about ?? []).map((text) => shown(oneLine(text))).filter((text) => text)
    .flatMap((text) => wrapped(text, columns - 3, MOST_ABOUT_LINES));
  return {
    lines: [
      ...first,
      ...about.map((text): Line => [{ text: "  " }, { text, style: "dim" }]),
    ],
    cursor: { line: first.length - 1, column: indent + column },
  };
}

/** Pads a text to a width in columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}
