/** Finds workspaces that only a replaced clone needed, such as one for its credentials. Pure. */
import { usedByTask } from "./handed_down.ts";
import type { ReadPipeline } from "./inline/inline_pipeline.ts";
import type { PipelineRun, PipelineSpec, PipelineTask } from "./model.ts";
import { namedWorkspaces } from "./references.ts";

/** Returns the workspaces that `before` uses, and no task with `after` in its place. */
export function unusedWorkspaces(
  { spec }: ReadPipeline,
  before: PipelineTask,
  after: PipelineTask,
): string[] {
  const tasks = [...(spec.tasks ?? []), ...(spec.finally ?? [])]
    .map((task) => task.name === before.name ? after : task);
  const kept = new Set(tasks.flatMap(workspacesOf));
  return workspacesOf(before).filter((name) => !kept.has(name));
}

/** Returns the Pipeline's workspaces that a task binds, declares inline, or mentions. */
export function workspacesOf(task: PipelineTask): string[] {
  const used = usedByTask(task).map(({ workspace }) => workspace);
  const { taskSpec, ...outside } = task;
  const mentioned = namedWorkspaces(outside);
  const inText = taskSpec === undefined ? [] : namedWorkspaces(taskSpec)
    .filter((name) => !taskSpec.workspaces?.some((one) => one.name === name));
  return [...new Set([...used, ...mentioned, ...inText])];
}

/** Returns the Pipeline and the run without these workspaces. */
export function withoutWorkspaces<P extends { spec: PipelineSpec }>(
  pipeline: P,
  run: PipelineRun,
  names: readonly string[],
): { pipeline: P; run: PipelineRun } {
  if (names.length === 0) return { pipeline, run };
  const keep = <T extends { name: string }>(all: T[] | undefined) =>
    all?.filter(({ name }) => !names.includes(name));
  const { workspaces } = pipeline.spec;
  const spec = {
    ...pipeline.spec,
    ...(workspaces === undefined ? {} : { workspaces: keep(workspaces) }),
  };
  return {
    pipeline: { ...pipeline, spec },
    run: { ...run, spec: { ...run.spec, workspaces: keep(run.spec.workspaces) } },
  };
}
