/** `pipeline debug`: a run of a Pipeline that holds at steps, for the user to work in them. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import type { ReadPipeline } from "../tekton/inline/inline_pipeline.ts";
import { checkTasks } from "./holding/breakpoints.ts";
import { type DebugOptions, runDebugCommand } from "./debug/debug_command.ts";
import { debugOptions } from "./debug/debug_options.ts";
import { taskAndStep } from "./options/breakpoint_flags.ts";
import type { RunRequest } from "./start/run_request.ts";
import { PIPELINE_UPLOAD } from "./upload/pipeline_adapter.ts";

export interface Options extends DebugOptions {
  readonly onTasks: string[];
  /** The places of `onSteps`. */
  readonly steps: Breakpoints["steps"];
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const own = debugOptions(call, call.args.PIPELINE);
  return {
    ...own,
    onTasks: call.flags.texts("on-task"),
    steps: own.onSteps.map((text) => taskAndStep("on-step", text)),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  return await runDebugCommand(host, { uploads: PIPELINE_UPLOAD, breakpoints }, options);
}

/**
 * Throws UsageError for an unknown task, or if no task or step is named and the Pipeline has
 * several tasks.
 */
function breakpoints(
  read: Pick<RunRequest<ReadPipeline>, "owner" | "definition">,
  { onTasks: tasks, steps, everyStep, onFailure, after }: Options,
): Breakpoints {
  const { owner, definition: { spec } } = read;
  const isAsked = tasks.length + steps.length > 0 || everyStep || onFailure;
  const names = [...(spec.tasks ?? []), ...(spec.finally ?? [])].map((task) => task.name);
  if (!isAsked && names.length !== 1) {
    throw new UsageError(`Cannot tell where to hold ${owner}: no task or step is named`, {
      hint: `--on-task, --on-step, --on-every-step or --on-failure; its tasks: ${names.join(", ")}`,
    });
  }
  checkTasks(read, { tasks, steps });
  return { tasks: isAsked ? tasks : names, steps, everyStep, onFailure, after };
}
