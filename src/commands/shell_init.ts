/** `shell-init`: a shell function tkn. */
import { SHELL_INIT_SCRIPTS } from "../cli/shell_init/scripts.ts";
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { printScript, scriptOf } from "./complete/shell_script.ts";

export interface Options {
  readonly script: string;
}

/** Pure. Throws UsageError for an unknown shell. */
export function options({ args }: Call): Options {
  return { script: scriptOf(SHELL_INIT_SCRIPTS, args.SHELL!) };
}

// deno-lint-ignore require-await -- as any command
export async function run(host: Host, { script }: Options): Promise<number> {
  return printScript(host, script);
}
