/** `task start`: a run of a Task as it is. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { fileFlags } from "./options/file_flags.ts";
import { newRunFlags } from "./options/run_flags.ts";
import { TASK } from "./start/definition_kind.ts";
import type { StartOptions } from "./start/run_request.ts";
import { runStartCommand } from "./start/start_command.ts";

/** Pure. Throws UsageError. */
export function options({ args, flags, missing }: Call): StartOptions {
  return { ...newRunFlags(flags), name: args.TASK, unnamed: missing, files: fileFlags(flags) };
}

export async function run(host: Host, options: StartOptions): Promise<number> {
  return await runStartCommand(host, TASK, options);
}
