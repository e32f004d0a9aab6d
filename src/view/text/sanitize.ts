/**
 * Text of a step's or the cluster's for a terminal: colors may stay, every other control sequence is removed
 * (CVE-2021-25743, https://github.com/kubernetes/kubernetes/issues/101695). Pure.
 */
import { type Printable, trimmedEnd, unescaped } from "../../printable.ts";
import { ControlFilter, type FilterOptions } from "./control_filter.ts";

/**
 * One line as it may go to a terminal: its tabs and (unless `color` is false) its colors stay. Of
 * parts that overwrite each other, `10%\r20%`, the last stays, as on a terminal.
 */
export function sanitize(line: string, options: FilterOptions = {}): Printable {
  const shown = line.replaceAll("\n", "").split("\r").findLast((part) => part !== "") ?? "";
  const filter = new ControlFilter(options);
  return unescaped(filter.push(shown) + filter.end());
}

/**
 * Words of the cluster's (a condition's message) as lines without colors, none of them empty. A carriage return begins
 * a line too: what is in front of it is not hidden.
 */
export function plainLines(text: string): Printable[] {
  return text.split(/[\n\r]/).map((line) => trimmedEnd(sanitize(line, { color: false })))
    .filter((line) => line !== "");
}
