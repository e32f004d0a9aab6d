/** `pipeline debug`: a run of a Pipeline that holds at steps, for the user to work in them. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import { findTask } from "../tekton/target.ts";
import type { ReadPipeline } from "../tekton/inline/inline_pipeline.ts";
import { typedLine } from "./again/line.ts";
import { type DebugOptions, runDebugCommand } from "./debug/debug_command.ts";
import { debugFlags } from "./options/debug_flags.ts";
import { fileFlags } from "./options/file_flags.ts";
import { PIPELINE } from "./start/definition_kind.ts";
import type { RunRequest } from "./start/run_request.ts";

export interface Options extends DebugOptions {
  readonly onTasks: string[];
  /** The places of `onSteps`. */
  readonly steps: Breakpoints["steps"];
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { args, flags, missing } = call;
  const own = debugFlags(flags);
  return {
    ...own,
    typed: typedLine(call, own.directory, own.isUpload),
    name: args.PIPELINE,
    unnamed: missing,
    files: fileFlags(flags, { directory: own.directory }),
    onTasks: flags.texts("on-task"),
    steps: own.onSteps.map(stepPlace),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  return await runDebugCommand(host, { definitionKind: PIPELINE, breakpoints }, options);
}

/**
 * Throws UsageError for an unknown task, or if no task or step is named and the Pipeline has
 * several tasks.
 */
function breakpoints(
  { owner, definition: { spec } }: Pick<RunRequest<ReadPipeline>, "owner" | "definition">,
  { onTasks: tasks, steps, everyStep, onFailure, after }: Options,
): Breakpoints {
  const isAsked = tasks.length + steps.length > 0 || everyStep || onFailure;
  const names = [...(spec.tasks ?? []), ...(spec.finally ?? [])].map((task) => task.name);
  if (!isAsked && names.length !== 1) {
    throw new UsageError(`Cannot tell where to hold ${owner}: no task or step is named`, {
      hint: `--on-task, --on-step, --on-every-step or --on-failure; its tasks: ${names.join(", ")}`,
    });
  }
  const asked = [...tasks, ...steps.flatMap(({ task = [] }) => task)];
  for (const name of asked) findTask(owner, spec, name);
  return { tasks: isAsked ? tasks : names, steps, everyStep, onFailure, after };
}

function stepPlace(text: string): { task: string; step: string } {
  const slash = text.indexOf("/");
  if (slash > 0 && slash < text.length - 1) {
    return { task: text.slice(0, slash), step: text.slice(slash + 1) };
  }
  throw new UsageError(`Cannot hold at --on-step "${text}": it is not TASK/STEP`, {
    hint: "--on-step build/compile; --on-task build is its first step",
  });
}
