/** Numbers and tables as text. Pure. */
import { table as lines } from "../bench/report/table.ts";

const BEGIN = "<!-- begin measured -->";
const END = "<!-- end measured -->";

/** Replaces the text between the markers of the page. Throws if it has none. */
export function fillPage(page: string, tables: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`Cannot fill the page: no ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${tables}\n\n${page.slice(end)}`;
}

export function table(head: readonly string[], rows: readonly string[][]): string {
  return lines(head, rows).join("\n");
}

/** The median and the longest. */
export function spread(sortedMs: readonly number[]): string {
  if (sortedMs.length === 0) return "none";
  const [middle, last] = [sortedMs[sortedMs.length >> 1], sortedMs[sortedMs.length - 1]];
  const text = (ms: number) => ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(0)} ms`;
  return `${text(middle)}, ${text(last)}`;
}

/** Formats two digits. A time below the clock's tick is 0. */
export function seconds(value: number): string {
  return Math.max(0, value).toFixed(2);
}

export function number(signed: number): string {
  const value = Math.max(0, signed);
  return value >= 10
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(2)));
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

export function megabytes(bytes: number): string {
  return `${(Math.max(0, bytes) / 1e6).toFixed(0)} MB`;
}
