/**
 * Plays a recorded session on a screen of rows and columns: when each row has which text. Pure.
 * It knows the control sequences that tkn-dev and a shell print; it skips every other one.
 */
import type { Cast } from "../../tests/support/cast.ts";

/** Text in one style. */
export interface Run {
  readonly column: number;
  readonly text: string;
  /** Names of styles: "bold", "dim", "color-2". */
  readonly styles: readonly string[];
}

/** The content of a row over some time. */
export interface RowState {
  readonly row: number;
  readonly fromMs: number;
  /** Undefined for a row of the last screen. */
  readonly untilMs?: number;
  readonly runs: readonly Run[];
}

export interface Played {
  readonly columns: number;
  readonly rows: number;
  readonly durationMs: number;
  readonly states: readonly RowState[];
}

export interface PlayOptions {
  /** The longest time between two events. */
  readonly idleMs: number;
  /** Events within this time are shown together. */
  readonly frameMs: number;
}

interface Cell {
  readonly char: string;
  readonly style: string;
}

// deno-lint-ignore no-control-regex
const TOKEN = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[^[]|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]/gu;

export function playCast({ header, events }: Cast, { idleMs, frameMs }: PlayOptions): Played {
  const [columns, rows] = [Number(header.width), Number(header.height)];
  const screen = new Screen(columns, rows);
  const shown = new Map<number, { fromMs: number; key: string; runs: Run[] }>();
  const states: RowState[] = [];
  let [atMs, playedMs, shownMs] = [0, 0, 0];
  const show = (nowMs: number) => {
    for (let row = 0; row < rows; row++) {
      const runs = screen.runs(row);
      const key = JSON.stringify(runs);
      const before = shown.get(row);
      if (before?.key === key) continue;
      if (before !== undefined && before.runs.length > 0) {
        states.push({ row, fromMs: before.fromMs, untilMs: nowMs, runs: before.runs });
      }
      shown.set(row, { fromMs: nowMs, key, runs });
    }
  };
  for (const [seconds, kind, text] of events) {
    if (kind !== "o") continue;
    playedMs += Math.min(seconds * 1000 - atMs, idleMs);
    atMs = seconds * 1000;
    if (playedMs - shownMs >= frameMs) {
      show(Math.round(shownMs));
      shownMs = playedMs;
    }
    screen.write(text);
  }
  show(Math.round(shownMs));
  for (const [row, { fromMs, runs }] of shown) {
    if (runs.length > 0) states.push({ row, fromMs, runs });
  }
  return { columns, rows, durationMs: Math.round(shownMs), states };
}

class Screen {
  #cells: Cell[][];
  #row = 0;
  #column = 0;
  #styles: readonly string[] = [];

  constructor(private readonly columns: number, private readonly rows: number) {
    this.#cells = Array.from({ length: rows }, () => []);
  }

  write(text: string): void {
    for (const [token, values, final] of text.matchAll(TOKEN)) {
      if (final === "m") this.#style(values);
      else if (final === "K") this.#cells[this.#row].length = this.#column;
      else if (token === "\r") this.#column = 0;
      else if (token === "\n") this.#feed();
      else if (token === "\b") this.#column = Math.max(0, this.#column - 1);
      else if (token >= " ") this.#put(token);
    }
  }

  /** The row's text in runs of one style, without the spaces around them. */
  runs(row: number): Run[] {
    const runs: { column: number; text: string; styles: string[] }[] = [];
    let style: string | undefined;
    const cells = Array.from(this.#cells[row], (cell) => cell ?? { char: " ", style: "" });
    cells.forEach((cell, column) => {
      if (cell.style === style) runs.at(-1)!.text += cell.char;
      else runs.push({ column, text: cell.char, styles: cell.style.split(" ").filter(Boolean) });
      style = cell.style;
    });
    return runs.map(trimmed).filter(({ text }) => text !== "");
  }

  #put(char: string): void {
    if (this.#column >= this.columns) {
      this.#column = 0;
      this.#feed();
    }
    this.#cells[this.#row][this.#column] = { char, style: this.#styles.join(" ") };
    this.#column += 1;
  }

  #feed(): void {
    this.#row += 1;
    if (this.#row < this.rows) return;
    this.#row = this.rows - 1;
    this.#cells = [...this.#cells.slice(1), []];
  }

  /** Select Graphic Rendition: bold, dim, and the 16 colors. */
  #style(values: string): void {
    for (const value of values.split(";").map(Number)) {
      if (value === 0) this.#styles = [];
      else if (value === 1) this.#styles = [...this.#styles, "bold"];
      else if (value === 2) this.#styles = [...this.#styles, "dim"];
      else if (value >= 30 && value <= 37) this.#color(value - 30);
      else if (value >= 90 && value <= 97) this.#color(value - 90);
      else if (value === 39) this.#color(undefined);
    }
  }

  #color(color: number | undefined): void {
    const others = this.#styles.filter((style) => !style.startsWith("color-"));
    this.#styles = color === undefined ? others : [...others, `color-${color}`];
  }
}

/** Without spaces at its ends: a renderer may collapse them. */
function trimmed({ column, text, styles }: Run): Run {
  const from = text.length - text.trimStart().length;
  return { column: column + from, text: text.trim(), styles };
}
