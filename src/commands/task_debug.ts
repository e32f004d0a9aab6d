/** `task debug`: a run of a Task that holds at steps, for the user to work in them. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import { type DebugOptions, runDebugCommand } from "./debug/debug_command.ts";
import { debugOptions } from "./debug/debug_options.ts";
import { TASK_UPLOAD } from "./upload/task_adapter.ts";

/** Pure. Throws UsageError. */
export function options(call: Call): DebugOptions {
  return debugOptions(call, call.args.TASK);
}

export async function run(host: Host, options: DebugOptions): Promise<number> {
  return await runDebugCommand(host, { uploads: TASK_UPLOAD, breakpoints }, options);
}

/** Returns the first step if the command line names none. */
function breakpoints(
  _: unknown,
  { onSteps, everyStep, onFailure, after }: DebugOptions,
): Breakpoints {
  const isAsked = onSteps.length > 0 || everyStep || onFailure;
  const steps = onSteps.map((step) => ({ step }));
  return { tasks: [], steps, firstStep: !isAsked, everyStep, onFailure, after };
}
