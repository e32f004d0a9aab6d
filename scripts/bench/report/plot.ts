/**
 * The measured rows as a plot: one bar each, as long as its figure is a share of its limit. Pure.
 */
import { formatValue, isMet, type Row } from "./row.ts";

const WIDTH = 880;
/** Where the bars begin, and the length of a share of 1. */
const LEFT = 330;
const UNIT = 260;
/** The longest share that fits; longer bars have an open end. */
const MOST = 1.5;
const ROW = 30;
const BAR = 16;
const TOP = 64;
const BOTTOM = 52;

/** Works on light and dark pages. */
const STYLE = `
  svg { font: 13px system-ui, sans-serif }
  text { fill: #24292f } .soft { fill: #57606a } .page { fill: #fff } .lane { fill: #f1f3f5 }
  .met { fill: #2da44e } .missed { fill: #e08a00 }
  .line { stroke: #24292f; stroke-width: 1.5; stroke-dasharray: 4 3 } .spread { stroke: #24292f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .soft { fill: #9198a1 } .page { fill: #0d1117 } .lane { fill: #1c2128 }
    .line, .spread { stroke: #e6edf3 }
  }`;

/** Draws the rows that have a limit. */
export function renderPlot(rows: readonly Row[], caption: string): string {
  const shown = rows.filter((row) => row.bar !== undefined);
  const bottom = TOP + shown.length * ROW;
  const height = bottom + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Each figure as a share of its bar">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    `<text x="20" y="28" font-size="17" font-weight="600">tkn-dev: each figure as a share of what it must reach</text>`,
    `<text class="soft" x="20" y="48">shorter is better; a thin line is the spread of the rounds</text>`,
    ...shown.flatMap((row, at) => renderRow(row, TOP + at * ROW)),
    line(x(1), TOP - 2, bottom + 4, "line"),
    `<text class="soft" x="${x(1)}" y="${bottom + 20}" text-anchor="middle">the bar</text>`,
    `<text class="soft" x="20" y="${height - 8}" font-size="11">${escape(caption)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function renderRow(row: Row, top: number): string[] {
  const { name, what, figure, unit } = row;
  const bar = row.bar!;
  const share = figure.value / bar;
  const middle = top + ROW / 2;
  const text = middle + 4.5;
  const end = x(share);
  const low = x(figure.low / bar);
  const high = x(figure.high / bar);
  const label = `${formatValue(figure.value, unit)} (≤ ${formatValue(bar, unit)})`;
  return [
    `<rect class="lane" x="${LEFT}" y="${top + 3}" width="${x(MOST) - LEFT}" height="${
      ROW - 6
    }" rx="3"/>`,
    `<text x="20" y="${text}"><tspan font-weight="600">${escape(name)}</tspan> ${
      escape(what)
    }</text>`,
    renderBar(end, { middle, kind: isMet(row) ? "met" : "missed", open: share > MOST }),
    ...(high > low ? [`<path class="spread" d="M${low} ${middle}H${high}"/>`] : []),
    `<text x="${x(MOST) + 8}" y="${text}" font-size="12">${escape(label)}</text>`,
  ];
}

/** A bar that is cut ends in a point. */
function renderBar(
  end: number,
  { middle, kind, open }: { middle: number; kind: string; open: boolean },
): string {
  const top = middle - BAR / 2;
  if (!open) {
    return `<rect class="${kind}" x="${LEFT}" y="${top}" width="${
      end - LEFT
    }" height="${BAR}" rx="2"/>`;
  }
  const shape = `M${LEFT} ${top}H${end - 10}L${end} ${middle}L${end - 10} ${top + BAR}H${LEFT}Z`;
  return `<path class="${kind}" d="${shape}"/>`;
}

function line(at: number, from: number, to: number, kind: string): string {
  return `<path class="${kind}" d="M${at} ${from}V${to}"/>`;
}

/** Returns the position of a share. A negative share is at the left edge. */
function x(share: number): number {
  return Math.round((LEFT + Math.min(Math.max(share, 0), MOST) * UNIT) * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
