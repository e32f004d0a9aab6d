/** The changed files that a run of --watch is for. Pure. */
import { type Printable, printable } from "../printable.ts";

const MOST = 3;

/** Returns `Changed: src/main.go, go.mod and 3 more` with a newline. */
export function renderChanged(paths: readonly string[]): Printable {
  const shown = paths.slice(0, paths.length > MOST ? MOST - 1 : MOST);
  const more = paths.length - shown.length;
  return printable`Changed: ${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}\n`;
}
