/** `task start`: a run of a Task as it is. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { typedLine } from "./again/line.ts";
import { fileFlags } from "./options/file_flags.ts";
import { newRunFlags } from "./options/run_flags.ts";
import { TASK } from "./start/definition_kind.ts";
import type { StartOptions } from "./start/run_request.ts";
import { runStartCommand } from "./start/start_command.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): StartOptions {
  const { args, flags, missing: unnamed } = call;
  const typed = typedLine(call, undefined, false);
  return { ...newRunFlags(flags), typed, name: args.TASK, unnamed, files: fileFlags(flags) };
}

export async function run(host: Host, options: StartOptions): Promise<number> {
  return await runStartCommand(host, TASK, options);
}
