/** The live status of a run in one line. Pure. */
import type { TaskProgress } from "../events.ts";
import { escape, joined, type Printable, printable } from "../printable.ts";
import type { Style, Styles } from "./text/style.ts";
import { formatSeconds } from "./text/units.ts";
import { charactersOf, firstOf, fitted, lastOf, widthOf } from "./text/width.ts";

export interface RunStatus {
  readonly tasks: readonly TaskProgress[];
  /** Milliseconds since the run's start. */
  readonly elapsedMs: number;
  /** The obstacle that the run waits for. */
  readonly waiting?: string;
}

type Status = TaskProgress["status"];

const MARKS: Record<Status, string> = {
  succeeded: "✓",
  failed: "✗",
  cancelled: "✗",
  skipped: "-",
  running: "●",
  held: "‖",
  pending: "○",
};

/** A part of the line, with the style of its first word. */
interface Part {
  readonly mark: string;
  readonly style: Style;
  readonly rest: string;
}

/** Names are shortened to these lengths in turn, until the line fits. */
const NAME_COLUMNS = [Infinity, 20, 12, 8];
const GAP = "  ";

/**
 * Returns the first of these lines that fits the columns, or the last one cut:
 *
 *     ✓ clone 4s  ‖ test 12s held  ● lint 3s  ○ build  | 23s
 *     ✓ clo…ne  ‖ test 12s held  ● lint 3s  ○ bu…ld  | 23s
 *     12 done, 1 failed, 1 held, 3 running, 40 waiting | 23s
 *
 * An obstacle follows, as far as it fits.
 */
export function renderRunStatus(
  { tasks, elapsedMs, waiting }: RunStatus,
  { columns, styles }: { columns: number; styles: Styles },
): Printable {
  const end = ` | ${formatSeconds(elapsedMs)}`;
  const lines = NAME_COLUMNS.map((nameColumns, at) =>
    tasks.map((task) => partOf(task, { nameColumns, hasTime: at === 0, styles }))
  );
  const fitting = lines.find((parts) => columnsOf(parts) + 1 + end.length <= columns);
  const [text, width] = fitting === undefined
    ? counted(tasks, end, columns)
    : [joined([render(fitting), printable` ${end}`]), columnsOf(fitting) + 1 + end.length];
  if (waiting === undefined || width + 3 >= columns) return text;
  return joined([text, printable` | ${fitted(escape(waiting), columns - width - 3)}`]);
}

function partOf(
  { name, status, elapsedMs }: TaskProgress,
  { nameColumns, hasTime, styles }: { nameColumns: number; hasTime: boolean; styles: Styles },
): Part {
  const isActive = status === "running" || status === "held";
  const shown = elapsedMs !== undefined && (hasTime || isActive);
  const time = shown ? ` ${formatSeconds(elapsedMs)}` : "";
  const held = status === "held" ? " held" : "";
  return {
    mark: MARKS[status],
    style: styleOf(status, styles),
    rest: ` ${shortened(escape(name), nameColumns)}${time}${held}`,
  };
}

function styleOf(status: Status, styles: Styles): Style {
  if (status === "succeeded") return styles.green;
  if (status === "running") return styles.yellow;
  if (status === "held") return styles.bold;
  return status === "failed" || status === "cancelled" ? styles.red : styles.dim;
}

function render(parts: readonly Part[]): Printable {
  const shown = parts.map(({ mark, style, rest }) => joined([style(mark), printable`${rest}`]));
  return joined(shown, GAP);
}

function columnsOf(parts: readonly Part[]): number {
  const widths = parts.map(({ mark, rest }) => widthOf(mark + rest));
  return widths.reduce((sum, width) => sum + width, GAP.length * Math.max(0, parts.length - 1));
}

/** Returns the counts, and their width. */
function counted(
  tasks: readonly TaskProgress[],
  end: string,
  columns: number,
): [Printable, number] {
  const count = (...of: Status[]) => tasks.filter(({ status }) => of.includes(status)).length;
  const counts: [number, string][] = [
    [count("succeeded", "skipped"), "done"],
    [count("failed", "cancelled"), "failed"],
    [count("held"), "held"],
    [count("running"), "running"],
    [count("pending"), "waiting"],
  ];
  const words = counts.filter(([number]) => number > 0).map(([number, word]) =>
    `${number} ${word}`
  );
  const line = fitted(words.join(", ") + end, columns);
  return [printable`${line}`, widthOf(line)];
}

/** Shortens a name in the middle, where names of one Pipeline differ least: `integ…sts`. */
function shortened(name: string, columns: number): string {
  if (widthOf(name) <= columns) return name;
  const characters = charactersOf(name);
  const start = Math.ceil((columns - 1) / 2);
  const end = lastOf(characters, columns - 1 - start);
  return `${firstOf(characters, start).join("")}…${end.join("")}`;
}
