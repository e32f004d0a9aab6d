/**
 * The workspaces that an inline Task gets without declaring them: those that the Pipeline's task
 * binds, and those of the run that its text names. Pure.
 *
 * Source: Tekton 1.9, pkg/workspace/apply.go and getTaskrunWorkspaces in
 * pkg/reconciler/pipelinerun/pipelinerun.go;
 * https://tekton.dev/docs/pipelines/pipelineruns/#propagated-workspaces
 */
import type { PipelineTask, TaskSpec, TaskWorkspace } from "./model.ts";
import { namedWorkspaces } from "./references.ts";

/** Returns the Task's workspaces, also those that it does not declare but gets. */
export function taskWorkspaces(
  target: Pick<PipelineTask, "taskSpec" | "workspaces">,
  spec: TaskSpec,
): TaskWorkspace[] {
  if (target.taskSpec === undefined) return spec.workspaces ?? [];
  return withUndeclared(spec, [...namesOf(target.workspaces), ...namedInText(spec)]);
}

/** The same for a TaskRun whose Task is inline: it gets all that the run binds. */
export function runWorkspaces(
  spec: TaskSpec,
  bound: readonly { name: string }[],
): TaskWorkspace[] {
  return withUndeclared(spec, namesOf(bound));
}

/** Returns the Pipeline's workspaces that a task uses, each with the Task's name for it. */
export function usedByTask(target: PipelineTask): { name: string; workspace: string }[] {
  const bound = (target.workspaces ?? []).map(({ name, workspace }) => ({
    name,
    workspace: workspace ?? name,
  }));
  if (target.taskSpec === undefined) return bound;
  const handedDown = taskWorkspaces(target, target.taskSpec).map(({ name }) => name)
    .filter((name) => !bound.some((one) => one.name === name));
  return [...bound, ...handedDown.map((name) => ({ name, workspace: name }))];
}

function withUndeclared({ workspaces = [] }: TaskSpec, names: readonly string[]): TaskWorkspace[] {
  const declared = namesOf(workspaces);
  const others = [...new Set(names)].filter((name) => !declared.includes(name));
  return [...workspaces, ...others.map((name) => ({ name }))];
}

/** Tekton looks at steps, sidecars and the template. */
function namedInText({ steps, sidecars, stepTemplate }: TaskSpec): string[] {
  return namedWorkspaces({ steps, sidecars, stepTemplate });
}

function namesOf(all: readonly { name: string }[] = []): string[] {
  return all.map(({ name }) => name);
}
