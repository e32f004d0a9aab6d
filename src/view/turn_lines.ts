/** The lines around the turns at a held step that is watched. Pure. */
import { joined, type Printable, printable } from "../printable.ts";
import { type Styles, styles } from "./text/style.ts";
import { formatDuration } from "./text/units.ts";
import { fitted } from "./text/width.ts";

/** How a turn ended; without an exit code, its work was ended early. */
export interface TurnEnd {
  readonly place: string;
  readonly exitCode?: number;
  readonly elapsedMs: number;
}

/** Returns `✓ test/run  exit code 0 after 0.3s` with a newline. */
export function renderTurnEnd(
  { place, exitCode, elapsedMs }: TurnEnd,
  { color }: { color: boolean },
): Printable {
  const { green, red, yellow } = styles(color);
  const after = `after ${formatDuration(elapsedMs)}`;
  const [mark, how] = exitCode === undefined
    ? [yellow("⊘"), `ended ${after}`]
    : [exitCode === 0 ? green("✓") : red("✗"), `exit code ${exitCode} ${after}`];
  return joined([mark, printable` ${place}  ${how}\n`]);
}

/** Returns a note with a newline: a tree that ended with 0 in an earlier turn now fails. */
export function renderUnrepeatable({ clean }: { clean: boolean }): Printable {
  const [left, helps] = clean
    ? ["an earlier turn left outside of the directory", ""]
    : ["an earlier turn left", "--clean removes it from the directory, "];
  return printable`Note: The same files and script ended with exit code 0 before. What ${left} may be the reason: ${helps}s opens a shell to look\n`;
}

const KEYS: readonly (readonly [key: string, rest: string])[] = [
  ["Enter", " again"],
  ["e", "dit"],
  ["s", "hell"],
  ["c", "ontinue"],
  ["f", "ail"],
  ["q", "uit"],
  ["d", "etach"],
];

/** Returns the line of keys, without a newline, in the longest form that fits the width. */
export function renderTurnKeys({ color, columns }: { color: boolean; columns: number }): Printable {
  const plain = lines(styles(false));
  const at = plain.findIndex((line) => line.length <= columns);
  return at < 0 ? printable`${fitted(plain.at(-1)!, columns)}` : lines(styles(color))[at];
}

function lines({ bold }: Styles): Printable[] {
  const [words, letters] = [true, false].map((isLong) =>
    joined(
      KEYS.map(([key, rest]) =>
        joined([printable`[`, bold(key), printable`]${isLong ? rest : ""}`])
      ),
      " ",
    )
  );
  return [joined([printable`A save does it again: `, words]), words, letters];
}
