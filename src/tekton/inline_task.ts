/**
 * Puts a Task's spec inline into its Pipeline's task with nothing of its meaning changed. Pure.
 *
 * What Tekton does otherwise with a taskSpec than with a taskRef, and what is done about it here:
 * it puts the Pipeline's values in for same-named params, even over the Task's own default (they are
 * renamed); it binds the run's workspaces to same-named ones that the Pipeline left unbound (those
 * are dropped, their variables made literal); it calls the Task by the TaskRun's name (literal); it
 * leaves the Task's labels out (they go into the taskSpec's metadata). Source: Tekton 1.9,
 * pkg/reconciler/pipelinerun/resources/apply.go, pkg/reconciler/pipelinerun/pipelinerun.go.
 */
import type { EmbeddedTask, Param, PipelineSpec, PipelineTask, Task, TaskSpec } from "./model.ts";
import { LABEL } from "./model.ts";
import { mapStrings, renameParam, replaceVariable } from "./references.ts";

/** A Task as it was read; of an inline one, its spec alone. */
export type ReadTask = Pick<Task, "spec"> & {
  readonly metadata?: Task["metadata"];
  /** Some of its steps referred to StepActions by a resolver. */
  readonly hasRemoteSteps?: boolean;
};

export interface InlineOptions {
  readonly pipeline: PipelineSpec;
  /** The params of the run. */
  readonly params: readonly Param[];
  /** The names of the workspaces that the run binds. */
  readonly bound: readonly string[];
}

/** Why the Task can't be inline with its meaning kept, in words; undefined where it can. */
export function whyNotInline(target: PipelineTask, { spec }: ReadTask): string | undefined {
  if (target.taskSpec !== undefined) return undefined;
  let found: string | undefined;
  mapStrings(spec, (text) => {
    found ??= PIPELINES_OWN.exec(text)?.[0];
    return text;
  });
  return found === undefined
    ? undefined
    : `the Task of "${target.name}" has the text ${found}, which would be filled in`;
}

/** Variables that stay as text in a Task, and would be filled in once it is inline. */
const PIPELINES_OWN = /\$\((tasks\.|finally\.|context\.pipelineRun\.|context\.pipeline\.)[^)]*\)/;

export function inlineTask(
  target: PipelineTask,
  task: ReadTask,
  options: InlineOptions,
): PipelineTask {
  if (target.taskSpec !== undefined) {
    // Inline as it was: the Pipeline's values of its params' names are meant for it.
    return { ...target, taskSpec: { ...task.spec, metadata: target.taskSpec.metadata } };
  }
  const { taskRef: _, ...kept } = target;
  const name = contextName(target, task);
  const named = name === undefined
    ? task.spec
    : replaceVariable(task.spec, "context.task.name", name);
  const placed = withBoundWorkspaces(target, named, options);
  const { spec, params } = withOwnParams(
    { ...target, workspaces: placed.workspaces },
    placed.spec,
    options,
  );
  return {
    ...kept,
    taskSpec: { ...spec, metadata: metadataOf(target, task) },
    params,
    workspaces: placed.workspaces,
  };
}

/**
 * What `$(context.task.name)` is by reference; undefined: the TaskRun's name, as inline. From a
 * resolver it is the Task's own name, if it has one. But where Tekton has to wait for remote
 * StepActions, it knows the Task only by its reference when it goes on
 * (pkg/reconciler/taskrun/resources/taskref.go, GetTaskFuncFromTaskRun).
 */
export function contextName({ taskRef }: PipelineTask, task: ReadTask): string | undefined {
  return taskRef?.resolver && !task.hasRemoteSteps ? task.metadata?.name ?? "" : taskRef?.name;
}

/** The label has the Task's own name, be it empty: a Task from a resolver need not have one. */
function metadataOf({ taskRef }: PipelineTask, { metadata }: ReadTask): EmbeddedTask["metadata"] {
  const name = taskRef?.resolver ? metadata?.name ?? "" : taskRef?.name;
  return {
    labels: { ...metadata?.labels, ...(name === undefined ? {} : { [LABEL.task]: name }) },
    annotations: ownAnnotations(metadata?.annotations),
  };
}

/** Without kubectl's copy of the whole object. */
export function ownAnnotations(annotations: Record<string, string> | undefined) {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...own } = annotations ?? {};
  return own;
}

/** Every workspace of the Task is either bound by the run, or optional and gone. */
function withBoundWorkspaces(target: PipelineTask, spec: TaskSpec, { bound }: InlineOptions) {
  const workspaces = (target.workspaces ?? []).filter((one) =>
    bound.includes(one.workspace ?? one.name)
  );
  let result = spec;
  for (const { name } of spec.workspaces ?? []) {
    const isBound = workspaces.some((one) => one.name === name);
    result = replaceVariable(result, `workspaces.${name}.bound`, String(isBound));
    if (isBound) continue;
    for (const variable of ["path", "claim", "volume"]) {
      result = replaceVariable(result, `workspaces.${name}.${variable}`, "");
    }
  }
  const declared = spec.workspaces?.filter(({ name, optional }) =>
    optional !== true || workspaces.some((one) => one.name === name)
  );
  return {
    spec: declared === undefined ? result : { ...result, workspaces: declared },
    workspaces,
  };
}

/** Params whose names nothing else in the run has. */
function withOwnParams(target: PipelineTask, spec: TaskSpec, options: InlineOptions) {
  const taken = takenNames(target, options);
  const own = new Set((spec.params ?? []).map((param) => param.name));
  let result = { spec, target };
  for (const { name } of spec.params ?? []) {
    if (!taken.has(name)) continue;
    const unused = unusedName(`${name}-of-${target.name}`, [taken, own]);
    own.add(unused);
    result = rename(result, name, unused);
  }
  return { spec: result.spec, params: result.target.params };
}

function takenNames(target: PipelineTask, { pipeline, params }: InlineOptions): Set<string> {
  const tasks = [...(pipeline.tasks ?? []), ...(pipeline.finally ?? [])];
  const others = tasks.filter((task) => task.name !== target.name)
    .flatMap((task) => [...(task.params ?? []), ...(task.taskSpec?.params ?? [])]);
  return new Set([...(pipeline.params ?? []), ...params, ...others].map((param) => param.name));
}

function unusedName(wanted: string, taken: readonly Set<string>[]): string {
  let name = wanted;
  for (let at = 2; taken.some((names) => names.has(name)); at++) name = `${wanted}-${at}`;
  return name;
}

function rename(
  { spec, target }: { spec: TaskSpec; target: PipelineTask },
  from: string,
  to: string,
): { spec: TaskSpec; target: PipelineTask } {
  const swap = <T extends { name: string }>(params: T[] | undefined) =>
    params?.map((param) => param.name === from ? { ...param, name: to } : param);
  const renamed = renameParam(spec, from, to);
  return {
    spec: { ...renamed, params: swap(renamed.params) },
    target: { ...target, params: swap(target.params) },
  };
}
