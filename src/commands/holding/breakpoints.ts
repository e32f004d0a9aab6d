/** Where a run of a Pipeline or Task holds, as the flags ask. Pure. */
import { UsageError } from "../../errors.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { ReadPipeline } from "../../tekton/inline/inline_pipeline.ts";
import { findTask } from "../../tekton/target.ts";
import { taskAndStep } from "../options/breakpoint_flags.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import type { RunRequest } from "../start/run_request.ts";

/** Returns undefined if no breakpoint is asked for. Throws UsageError for an unknown task. */
export function pipelineBreaks(
  read: Pick<RunRequest<ReadPipeline>, "owner" | "definition">,
  { breaks, ...flags }: Pick<UploadFlags, "breaks" | "onFailure" | "after">,
): Breakpoints | undefined {
  if (breaks.length === 0 && !flags.onFailure) return undefined;
  const isStep = (text: string) => text.includes("/");
  const found = {
    ...flags,
    tasks: breaks.filter((text) => !isStep(text)),
    steps: breaks.filter(isStep).map((text) => taskAndStep("break", text)),
  };
  checkTasks(read, found);
  return found;
}

/** Returns undefined if no breakpoint is asked for. Throws UsageError for TASK/STEP. */
export function taskBreaks(
  { owner }: { owner: string },
  { breaks, ...flags }: Pick<UploadFlags, "breaks" | "onFailure" | "after">,
): Breakpoints | undefined {
  if (breaks.length === 0 && !flags.onFailure) return undefined;
  const wrong = breaks.find((text) => text.includes("/"));
  if (wrong !== undefined) {
    throw new UsageError(`Cannot hold at --break "${wrong}": ${owner} has steps, not tasks`, {
      hint: `--break ${wrong.slice(wrong.indexOf("/") + 1) || "STEP"}`,
    });
  }
  return { ...flags, tasks: [], steps: breaks.map((step) => ({ step })) };
}

/** Throws UsageError for a task that the Pipeline does not have. */
export function checkTasks(
  { owner, definition: { spec } }: Pick<RunRequest<ReadPipeline>, "owner" | "definition">,
  { tasks, steps }: Pick<Breakpoints, "tasks" | "steps">,
): void {
  for (const name of [...tasks, ...steps.flatMap(({ task = [] }) => task)]) {
    findTask(owner, spec, name);
  }
}
