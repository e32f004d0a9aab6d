/** The tasks of a Pipeline whose Tasks, or StepActions, come from files: the cluster has others. */
import type { ReadPipeline } from "../tekton/inline/inline_pipeline.ts";
import type { PipelineTask } from "../tekton/model.ts";
import type { ChangedTask } from "../tekton/run_manifest.ts";
import type { Variables } from "../tekton/variables.ts";
import { localSteps, type ResolveContext, resolveTask } from "./resolve.ts";

/** Reads these tasks, except the one called `except`. Throws like resolveTask. */
export async function localTasks(
  context: ResolveContext,
  { spec }: ReadPipeline,
  variables: Variables,
  except: readonly string[],
): Promise<ChangedTask[]> {
  const { local } = context;
  if (local === undefined) return [];
  const found: ChangedTask[] = [];
  for (const target of [...(spec.tasks ?? []), ...(spec.finally ?? [])]) {
    if (except.includes(target.name)) continue;
    if (await isLocal(context, target)) {
      found.push({ target, task: await resolveTask(context, target, variables) });
    }
  }
  return found;
}

async function isLocal(context: ResolveContext, target: PipelineTask): Promise<boolean> {
  const { taskRef, taskSpec } = target;
  const { local } = context;
  if (taskSpec !== undefined) return localSteps(context, taskSpec).length > 0;
  if (taskRef === undefined || taskRef.resolver || isCustom(taskRef)) return false;
  if (local!.find("Task", taskRef.name) !== undefined) return true;
  if (local!.of("StepAction").length === 0) return false;
  const { local: _, ...cluster } = context;
  const found = await resolveTask(cluster, target, new Map());
  return localSteps(context, found.spec).length > 0;
}

function isCustom({ kind = "Task" }: { kind?: string }): boolean {
  return kind !== "Task" && kind !== "";
}
