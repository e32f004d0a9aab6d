/** One thing that was measured, beside the bar that it must reach. Pure. */
import type { Figure } from "./statistics.ts";

export type Unit = "x" | "ms" | "MB" | "%";

export interface Row {
  /** The case's name. */
  readonly name: string;
  readonly what: string;
  readonly unit: Unit;
  readonly figure: Figure;
  /** No more than this; undefined: said for what it tells. */
  readonly bar?: number;
  /** The medians that a ratio is of, and whatever else explains it. */
  readonly detail: string;
}

/** Undefined without a bar. */
export function isMet({ figure, bar }: Row): boolean | undefined {
  return bar === undefined ? undefined : figure.value <= bar;
}

/** "0.934 x", "43.2 ms", "1.2 %" */
export function formatValue(value: number, unit: Unit): string {
  return `${formatNumber(value)} ${unit}`;
}

/** The first three digits: "0.0123", "0.9", "5.25", "43.2", "1240". */
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
