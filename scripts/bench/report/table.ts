/** The measured rows as text: lines for a terminal, and the page docs/bench.md. Pure. */
import { formatSpread, formatValue, isMet, type Row } from "./row.ts";

/** The machine, the cluster and the program, without names of the machine. */
export interface Circumstances {
  readonly date: string;
  /** "2 cores (load 0.1 at the start), linux 6.1, Kubernetes v1.34.2" */
  readonly machine: string;
  readonly program: string;
  /** Cases that could not be measured, and disturbances. */
  readonly notes: readonly string[];
}

/** Formats one line of the terminal's table. */
export function renderLine(row: Row): string {
  const { name, what, unit, figure, bar, detail } = row;
  const against = bar === undefined ? "" : ` (bar ${formatValue(bar, unit)})`;
  return `${verdict(row).padEnd(6)} ${name}: ${what}: ${
    formatValue(figure.value, unit)
  }${against}` +
    `, ${formatSpread(figure)}; ${detail}`;
}

export function renderPage(rows: readonly Row[], circumstances: Circumstances): string {
  const { date, machine, program, notes } = circumstances;
  const cells = rows.map((row) =>
    [
      row.name,
      row.what,
      row.bar === undefined ? "" : `≤ ${formatValue(row.bar, row.unit)}`,
      formatValue(row.figure.value, row.unit),
      formatSpread(row.figure),
      row.detail,
      verdict(row),
    ].map((text) => text.replaceAll("|", "\\|"))
  );
  return [
    "# How fast it is",
    "",
    `Written by \`deno task bench\` on ${date}: ${machine}; ${program}.`,
    "",
    "![Each figure as a share of its bar](bench.svg)",
    "",
    ...table(["case", "measured", "bar", "figure", "spread", "of", "met"], cells),
    "",
    "A figure is a median, or a ratio of medians; its spread is between the lowest and the highest of",
    "the rounds. Ours and the peers take turns. Ours is timed from the pause to the receipt, a peer from",
    "its start to its end; each fills an empty volume in memory.",
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${note}`)]),
    "",
  ].join("\n");
}

function verdict(row: Row): string {
  const met = isMet(row);
  return met === undefined ? "" : met ? "yes" : "no";
}

/** Formats a table like `deno fmt`. */
export function table(head: readonly string[], rows: readonly string[][]): string[] {
  const widths = head.map((text, column) =>
    Math.max(text.length, 3, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
