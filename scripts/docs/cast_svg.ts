/** Draws a played session as an SVG that plays in a loop, in light and in dark. Pure. */
import type { Played, RowState, Run } from "./cast_screen.ts";

const FONT_SIZE = 14;
/** The advance of a character in the fonts below, in pixels. */
const CHAR_WIDTH = 8.43;
const LINE_HEIGHT = 20;
const MARGIN = 18;
const TITLE_HEIGHT = 36;
/** How long the last screen stays before the session starts again. */
const LAST_SCREEN_MS = 6_000;

interface Theme {
  readonly background: string;
  readonly border: string;
  readonly text: string;
  readonly title: string;
  /** By the terminal's number of the color; others are shown as plain text. */
  readonly colors: Readonly<Record<number, string>>;
}

const LIGHT: Theme = {
  background: "#f6f8fa",
  border: "#d1d9e0",
  text: "#1f2328",
  title: "#59636e",
  colors: { 1: "#cf222e", 2: "#116329", 3: "#7d4e00", 4: "#0550ae", 5: "#8250df", 6: "#1b7c83" },
};

const DARK: Theme = {
  background: "#151b23",
  border: "#3d444d",
  text: "#d1d7e0",
  title: "#9198a1",
  colors: { 1: "#ff7b72", 2: "#56d364", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#56d4dd" },
};

export interface SvgOptions {
  /** Read out by a screen reader. */
  readonly description: string;
  /** In the window's title bar. */
  readonly title: string;
}

export function castSvg(played: Played, { description, title }: SvgOptions): string {
  const width = Math.ceil(played.columns * CHAR_WIDTH) + 2 * MARGIN;
  const height = TITLE_HEIGHT + played.rows * LINE_HEIGHT + MARGIN;
  const loopMs = played.durationMs + LAST_SCREEN_MS;
  const motions = new Motions(loopMs);
  const states = played.states.toSorted((a, b) => a.row - b.row || a.fromMs - b.fromMs)
    .map((state) => text(state, motions.classOf(state)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
    escapeXml(description)
  }">
<style>
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}
.bold{font-weight:600}.dim{opacity:.65}.h{visibility:hidden}
${colors(LIGHT)}
@media (prefers-color-scheme:dark){
${colors(DARK)}
}
@media (prefers-reduced-motion:no-preference){
.a{animation:${loopMs}ms step-end infinite}
${motions.css()}}
</style>
<rect class="window" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${
    [1, 3, 2].map((color, at) =>
      `<circle class="dot-${color}" cx="${20 + at * 18}" cy="18" r="5.5"/>`
    ).join("")
  }
<text class="title" x="${width / 2}" y="23" text-anchor="middle">${escapeXml(title)}</text>
${states.join("\n")}
</svg>
`;
}

function colors({ background, border, text, title, colors }: Theme): string {
  const all = Object.entries(colors);
  return [
    `.window{fill:${background};stroke:${border}}text{fill:${text}}.title{fill:${title}}`,
    all.map(([color, value]) => `.color-${color}{fill:${value}}`).join(""),
    all.slice(0, 3).map(([color, value]) => `.dot-${color}{fill:${value};opacity:.8}`).join(""),
  ].join("\n");
}

function text({ row, runs }: RowState, classes: string): string {
  const y = TITLE_HEIGHT + row * LINE_HEIGHT + LINE_HEIGHT * 0.75;
  return `<text y="${y}"${classes}>${runs.map(span).join("")}</text>`;
}

function span({ column, text, styles }: Run): string {
  const x = (MARGIN + column * CHAR_WIDTH).toFixed(1).replace(/\.0$/, "");
  const styled = styles.length === 0 ? "" : ` class="${styles.join(" ")}"`;
  return `<tspan x="${x}"${styled}>${escapeXml(text)}</tspan>`;
}

/** The times at which rows appear and disappear, as CSS animations; equal ones are shared. */
class Motions {
  readonly #names = new Map<string, string>();

  constructor(private readonly loopMs: number) {}

  /** Attributes for the element. A row of the last screen is visible where nothing is animated. */
  classOf({ fromMs, untilMs }: RowState): string {
    const steps = [
      "0%{visibility:hidden}",
      `${this.#percent(fromMs)}{visibility:visible}`,
      ...(untilMs === undefined ? [] : [`${this.#percent(untilMs)}{visibility:hidden}`]),
    ];
    const [first, second, ...rest] = steps;
    const frames = [...(fromMs === 0 ? [] : [first]), second, ...rest].join("");
    const name = this.#names.get(frames) ?? `k${this.#names.size}`;
    this.#names.set(frames, name);
    return ` class="a ${name}${untilMs === undefined ? "" : " h"}"`;
  }

  css(): string {
    return [...this.#names].map(([frames, name]) =>
      `@keyframes ${name}{${frames}}.${name}{animation-name:${name}}\n`
    ).join("");
  }

  #percent(ms: number): string {
    return `${Number((ms / this.loopMs * 100).toFixed(2))}%`;
  }
}

function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (char) => names[char]);
}
