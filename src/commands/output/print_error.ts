/** Errors, to stderr. */
import type { Host } from "../../host.ts";
import { renderError } from "../../view/error.ts";
import { useColor } from "./color.ts";

/** `color` is false with --no-color. */
export function printError(host: Host, error: unknown, color?: boolean): void {
  host.terminal.err(renderError(error, useColor(host, "stderr", color)));
}
