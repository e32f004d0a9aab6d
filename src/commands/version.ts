/** `version`: the version of this program. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { printable } from "../printable.ts";
import { VERSION } from "../version.ts";

/** The command has none. Pure. */
export function options(_: Call): Record<never, never> {
  return {};
}

export function run({ terminal }: Host): Promise<number> {
  terminal.out(printable`tkn-dev ${VERSION}\n`);
  return Promise.resolve(0);
}
