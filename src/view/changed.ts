/** Which files a run is for. Pure. */
import { plainLines } from "./sanitize.ts";

const MOST = 3;

/** `Changed: src/main.go, go.mod and 3 more`, with a newline. */
export function renderChanged(paths: readonly string[]): string {
  const shown = paths.slice(0, paths.length > MOST ? MOST - 1 : MOST)
    .map((path) => plainLines(path).join(" "));
  const more = paths.length - shown.length;
  return `Changed: ${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}\n`;
}
