/** `task debug`: a run of a Task that holds at steps, for the user to work in them. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import type { ReadTask } from "../tekton/inline/inline_task.ts";
import { stepName } from "../tekton/target.ts";
import { typedLine } from "./again/line.ts";
import { type DebugOptions, runDebugCommand } from "./debug/debug_command.ts";
import { debugFlags } from "./options/debug_flags.ts";
import { fileFlags } from "./options/file_flags.ts";
import { TASK } from "./start/definition_kind.ts";
import type { RunRequest } from "./start/run_request.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): DebugOptions {
  const { args, flags, missing } = call;
  const own = debugFlags(flags);
  return {
    ...own,
    typed: typedLine(call, own.directory, own.isUpload),
    name: args.TASK,
    unnamed: missing,
    files: fileFlags(flags, { directory: own.directory }),
  };
}

export async function run(host: Host, options: DebugOptions): Promise<number> {
  return await runDebugCommand(host, { definitionKind: TASK, breakpoints }, options);
}

/** Returns the first step if the command line names none. */
function breakpoints(
  { definition: { spec } }: Pick<RunRequest<ReadTask>, "definition">,
  { onSteps, everyStep, onFailure, after }: DebugOptions,
): Breakpoints {
  const isAsked = onSteps.length > 0 || everyStep || onFailure;
  const names = isAsked ? onSteps : [stepName(spec.steps?.[0] ?? {}, 0)];
  return { tasks: [], steps: names.map((step) => ({ step })), everyStep, onFailure, after };
}
