/** `completion`: the script for a shell. */
import { COMPLETION_SCRIPTS } from "../cli/completion/scripts.ts";
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { printScript, scriptOf } from "./complete/shell_script.ts";

export interface Options {
  readonly script: string;
}

/** Pure. Throws UsageError for an unknown shell. */
export function options({ args }: Call): Options {
  return { script: scriptOf(COMPLETION_SCRIPTS, args.SHELL!) };
}

// deno-lint-ignore require-await -- as any command
export async function run(host: Host, { script }: Options): Promise<number> {
  return printScript(host, script);
}
