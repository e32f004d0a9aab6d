/** One measurement and its limit. Pure. */
import type { Figure } from "./statistics.ts";

export type Unit = "x" | "ms" | "MB" | "%";

export interface Row {
  /** The name of the case. */
  readonly name: string;
  readonly what: string;
  readonly unit: Unit;
  readonly figure: Figure;
  /** The limit. Undefined for a figure without one. */
  readonly bar?: number;
  /** The medians behind a ratio, or another explanation. */
  readonly detail: string;
}

/** Undefined without a limit. */
export function isMet({ figure, bar }: Row): boolean | undefined {
  return bar === undefined ? undefined : figure.value <= bar;
}

/** "0.934 x", "43.2 ms", "1.2 %" */
export function formatValue(value: number, unit: Unit): string {
  return `${formatNumber(value)} ${unit}`;
}

/** Formats the first three digits: "0.0123", "0.9", "5.25", "43.2", "1240". */
function formatNumber(value: number): string {
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** "0.854 to 1.02" */
export function formatSpread({ low, high }: Figure): string {
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

/** "1.93 s", "120 ms" */
export function formatMs(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`;
}
