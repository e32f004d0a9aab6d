/**
 * Makes text from steps or the cluster safe for a terminal: removes all control sequences except
 * colors (CVE-2021-25743, https://github.com/kubernetes/kubernetes/issues/101695). Pure.
 */
import { type Printable, trimmedEnd, unescaped } from "../../printable.ts";
import { ControlFilter, type FilterOptions } from "./control_filter.ts";

/**
 * Returns one line for a terminal, with its tabs and (unless `color` is false) its colors. Of parts
 * that overwrite each other, `10%\r20%`, it keeps the last one, as a terminal would.
 */
export function sanitize(line: string, options: FilterOptions = {}): Printable {
  const shown = line.replaceAll("\n", "").split("\r").findLast((part) => part !== "") ?? "";
  const filter = new ControlFilter(options);
  return unescaped(filter.push(shown) + filter.end());
}

/**
 * Splits a text from the cluster, such as a condition's message, into nonempty lines without
 * colors. A carriage return begins a new line, so that it can't hide the text before it.
 */
export function plainLines(text: string): Printable[] {
  return text.split(/[\n\r]/).map((line) => trimmedEnd(sanitize(line, { color: false })))
    .filter((line) => line !== "");
}
