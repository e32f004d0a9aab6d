/** An error, to the person at the terminal. */
import type { Host } from "../host.ts";
import { renderError } from "../view/error.ts";
import { useColor } from "./color.ts";

/** `color`: unless it was asked for none. */
export function tellError(host: Host, error: unknown, color?: boolean): void {
  const { terminal } = host;
  terminal.err(renderError(error, terminal.isTerminal.stderr && useColor(host, color)));
}
