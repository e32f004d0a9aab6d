/**
 * Puts a Task's spec inline into its Pipeline's task with nothing of its meaning changed. Pure.
 *
 * What Tekton does otherwise with a taskSpec than with a taskRef, and what is done about it here:
 * it puts the Pipeline's values in for same-named params, even over the Task's own default (they are
 * renamed); it binds the run's workspaces to same-named ones that the Pipeline left unbound (those
 * are dropped, their variables made literal); it calls the Task by the TaskRun's name (literal); it
 * leaves the Task's labels out (they go into the taskSpec's metadata, its name by task_name). Source: Tekton 1.9,
 * pkg/reconciler/pipelinerun/resources/apply.go, pkg/reconciler/pipelinerun/pipelinerun.go.
 */
import type {
  EmbeddedTask,
  Param,
  ParamSpec,
  PipelineSpec,
  PipelineTask,
  Task,
  TaskSpec,
} from "../model.ts";
import { typeOf } from "../params.ts";
import {
  mapStrings,
  refersTo,
  renameParam,
  replaceVariable,
  usedWorkspaces,
} from "../references.ts";
import { readingOwnLabel, TASK_NAME, withoutTaskLabels } from "../task_name.ts";

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

export function inlineTask(
  target: PipelineTask,
  task: ReadTask,
  options: InlineOptions,
): PipelineTask {
  if (target.taskSpec !== undefined) {
    // Inline as it was: the Pipeline's values of its params' names are meant for it.
    return { ...target, taskSpec: { ...task.spec, metadata: target.taskSpec.metadata } };
  }
  const { spec, target: { taskRef: _, ...kept } } = place(target, task, options);
  return { ...kept, taskSpec: { ...readingOwnLabel(spec), metadata: metadataOf(target, task) } };
}

/** What of the Task's text would come to mean something else once it is inline, in words. */
export function whyNotInline(
  target: PipelineTask,
  task: ReadTask,
  options: InlineOptions,
): string | undefined {
  if (target.taskSpec !== undefined) return undefined;
  const { spec } = place(target, task, options);
  const left = namelessDefault(task.spec, spec);
  if (left !== undefined) return left;
  const text = foreignText(spec, options);
  if (text === undefined) return undefined;
  return `the Task of "${target.name}" has the text ${text}, which would be filled in`;
}

/**
 * A reference in a list's or object's default is text and stays it, but Tekton refuses one to a
 * param that there is not, and under its name there is none any more.
 */
function namelessDefault(before: TaskSpec, { params = [] }: TaskSpec): string | undefined {
  const renamed = (before.params ?? []).filter(({ name }) =>
    !params.some((one) => one.name === name)
  );
  const defaults = params.map((param) => param.default).filter((one) => typeof one === "object");
  const found = renamed.find(({ name }) => refersTo(defaults, name));
  if (found === undefined) return undefined;
  return `a default of its Task has the text $(params.${found.name}), which would name no param`;
}

/** Both with names that only they have, and nothing in them that depends on where they stand. */
function place(target: PipelineTask, task: ReadTask, options: InlineOptions): Pair {
  const name = contextName(target, task);
  const named = <T>(value: T) =>
    name === undefined ? value : replaceVariable(value, "context.task.name", name);
  const pair = {
    spec: named(task.spec),
    // What is passed comes to stand in the Task's text, and is looked at there once more.
    target: { ...target, params: named(target.params) },
  };
  return withOwnParams(withBoundWorkspaces(pair, options), options);
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

/** A Pipeline's task and the spec of its Task. */
interface Pair {
  readonly target: PipelineTask;
  readonly spec: TaskSpec;
}

/** The label has the Task's own name, be it empty: a Task from a resolver need not have one. */
function metadataOf({ taskRef }: PipelineTask, { metadata }: ReadTask): EmbeddedTask["metadata"] {
  const name = taskRef?.resolver ? metadata?.name ?? "" : taskRef?.name;
  return {
    labels: {
      ...withoutTaskLabels(metadata?.labels),
      ...(name === undefined ? {} : { [TASK_NAME]: name }),
    },
    annotations: ownAnnotations(metadata?.annotations),
  };
}

/** Without kubectl's copy of the whole object. */
export function ownAnnotations(annotations: Record<string, string> | undefined) {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...own } = annotations ?? {};
  return own;
}

/** Variables that stay as text in a Task, and would be filled in once it is inline. */
const PIPELINES_OWN = /\$\((?:tasks|finally|context\.pipeline(?:Run|Task)?)\.[^)]*\)/;

/** What the Task itself leaves as text, and Tekton would not once it is inline. */
function foreignText(spec: TaskSpec, options: InlineOptions): string | undefined {
  const { steps, sidecars, stepTemplate, volumes, workspaces = [] } = spec;
  const mountPaths = workspaces.map((workspace) => workspace.mountPath ?? "");
  const places = { steps, sidecars, stepTemplate, volumes, mountPaths };
  const declared = workspaces.map((workspace) => workspace.name);
  let found: string | undefined;
  mapStrings(places, (text) => {
    found ??= PIPELINES_OWN.exec(text)?.[0] ??
      usedWorkspaces(text).find((one) => !declared.includes(one.name))?.variable;
    return text;
  });
  if (found !== undefined) return found;
  // By now the Task's own params have other names.
  const foreign = pipelineParams(options).find((one) => refersTo(places, one.name, one.keys));
  return foreign === undefined ? undefined : `$(params.${foreign.name})`;
}

/** Every workspace of the Task is either bound by the run, or optional and gone. */
function withBoundWorkspaces({ target, spec }: Pair, { pipeline, bound }: InlineOptions): Pair {
  const workspaces = (target.workspaces ?? []).filter((one) =>
    bound.includes(one.workspace ?? one.name)
  );
  const pipelines = [...(pipeline.workspaces ?? []).map((one) => one.name), ...bound];
  let result = spec;
  let params = target.params;
  for (const { name } of spec.workspaces ?? []) {
    const isBound = workspaces.some((one) => one.name === name);
    result = replaceVariable(result, `workspaces.${name}.bound`, String(isBound));
    if (isBound) continue;
    for (const variable of ["path", "claim", "volume"]) {
      result = replaceVariable(result, `workspaces.${name}.${variable}`, "");
    }
    params = replaceVariable(params, `workspaces.${name}.path`, "");
    if (pipelines.includes(name)) continue;
    params = replaceVariable(params, `workspaces.${name}.bound`, "false");
  }
  const declared = spec.workspaces?.filter(({ name, optional }) =>
    optional !== true || workspaces.some((one) => one.name === name)
  );
  return {
    spec: declared === undefined ? result : { ...result, workspaces: declared },
    target: { ...target, params, workspaces },
  };
}

/** Params whose names nothing else in the run has: those declared, and those passed without that. */
function withOwnParams(pair: Pair, options: InlineOptions): Pair {
  const taken = takenNames(pair.target, options);
  const declared = pair.spec.params ?? [];
  const passed = (pair.target.params ?? []).filter(({ name }) =>
    !declared.some((one) => one.name === name)
  );
  const params = [...declared, ...passed.map(specOf)];
  // Of two that differ in case alone, a TaskRun may be given one.
  const own = new Set(params.map((param) => param.name.toLowerCase()));
  let result = pair;
  for (const param of params) {
    if (!isTaken(param, taken)) continue;
    const isUsed = (name: string) =>
      own.has(name.toLowerCase()) || isTaken({ ...param, name }, taken) ||
      refersTo(pair.spec, name); // which is text so far
    const unused = unusedName(`${param.name}${renamedBy(pair.target.name)}`, isUsed);
    own.add(unused.toLowerCase());
    result = rename(result, param, unused);
  }
  return result;
}

/** A param as if it were declared: its value tells the type. */
function specOf({ name, value }: Param): ParamSpec {
  return { name, default: value };
}

/** What Tekton puts into an inline Task's text by itself, each with an object's keys. */
function pipelineParams({ pipeline, params }: InlineOptions) {
  return [...(pipeline.params ?? []), ...params.map(specOf)].map((spec) => ({
    name: spec.name,
    keys: typeOf(spec) === "object" ? Object.keys({ ...spec.properties, ...objectOf(spec) }) : [],
  }));
}

function objectOf({ default: value }: ParamSpec): Record<string, string> {
  return typeof value === "object" && !Array.isArray(value) ? value : {};
}

function takenNames(target: PipelineTask, options: InlineOptions): Set<string> {
  const { pipeline } = options;
  const tasks = [...(pipeline.tasks ?? []), ...(pipeline.finally ?? [])];
  const others = tasks.filter((task) => task.name !== target.name)
    .flatMap((task) => [...(task.params ?? []), ...(task.taskSpec?.params ?? [])]);
  return new Set([
    ...others.map((param) => param.name),
    ...pipelineParams(options).flatMap(({ name, keys }) => [
      name,
      ...keys.map((key) => `${name}.${key}`),
    ]),
  ]);
}

/** An object's key reads like a param with a dot in its name, and the other way round. */
function isTaken(param: ParamSpec, taken: ReadonlySet<string>): boolean {
  return taken.has(param.name) ||
    typeOf(param) === "object" && [...taken].some((name) => name.startsWith(`${param.name}.`));
}

function unusedName(wanted: string, isUsed: (name: string) => boolean): string {
  let name = wanted;
  for (let at = 2; isUsed(name); at++) name = `${wanted}-${at}`;
  return name;
}

function rename({ spec, target }: Pair, param: ParamSpec, to: string): Pair {
  const { params, ...rest } = spec;
  // An object may be given keys that it does not declare.
  const keys = typeOf(param) === "object" ? undefined : [];
  const swap = <T extends { name: string }>(one: T) =>
    one.name === param.name ? { ...one, name: to } : one;
  // Of the defaults, only those of strings refer to params.
  const swapIn = (one: ParamSpec) =>
    typeof one.default === "string"
      ? { ...one, default: renameParam(one.default, param.name, to, keys) }
      : one;
  return {
    spec: {
      ...renameParam(rest, param.name, to, keys),
      ...(params === undefined ? {} : { params: params.map(swap).map(swapIn) }),
    },
    target: { ...target, params: target.params?.map(swap) },
  };
}

/** What the name of a Task's param got behind it, where it had to be another. */
export function renamedBy(task: string): string {
  return `-of-${task}`;
}
