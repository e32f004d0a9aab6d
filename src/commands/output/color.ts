/** Whether output has colors, and whether a terminal can be drawn on. */
import type { Host } from "../../host.ts";

type Stream = "stdout" | "stderr";

/**
 * Returns whether the stream gets colors: a terminal that has them, unless the user says no by
 * --no-color (`asked` false) or NO_COLOR (https://no-color.org). CLICOLOR_FORCE asks for colors
 * also in a pipe or a file (https://bixense.com/clicolors); NO_COLOR is stronger.
 */
export function useColor(host: Host, to: Stream, asked = true): boolean {
  const { env } = host;
  if (!asked || env.get("NO_COLOR")) return false;
  const forced = env.get("CLICOLOR_FORCE");
  return forced !== undefined && forced !== "" && forced !== "0" || canDraw(host, to);
}

/** Returns whether the stream is a terminal that moves its cursor: TERM=dumb does not. */
export function canDraw({ env, terminal }: Host, to: Stream): boolean {
  return terminal.isTerminal[to] && env.get("TERM") !== "dumb";
}
