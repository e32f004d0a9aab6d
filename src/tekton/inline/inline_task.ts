/**
 * Puts a Task's spec inline into its Pipeline's task without changing its meaning. Pure.
 *
 * Tekton treats a taskSpec unlike a taskRef in four ways:
 * - It replaces params by the Pipeline's values of the same name, even if the Task has a default.
 *   Here such params are renamed.
 * - It binds the run's workspaces to unbound workspaces of the same name. Here those are dropped
 *   and their variables made literal.
 * - It names the Task by the TaskRun. Here the name is made literal.
 * - It leaves out the Task's labels. Here they go into the taskSpec's metadata (see task_name).
 *
 * Source: Tekton 1.9, pkg/reconciler/pipelinerun/resources/apply.go and
 * pkg/reconciler/pipelinerun/pipelinerun.go;
 * https://tekton.dev/docs/pipelines/pipelineruns/#propagated-parameters
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

/** A Task as read from the cluster; an inline one has only its spec. */
export type ReadTask = Pick<Task, "spec"> & {
  readonly metadata?: Task["metadata"];
  /** Whether some of its steps referred to StepActions by a resolver. */
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
    // The Task was inline before: the Pipeline's values of the same names are meant for it.
    return { ...target, taskSpec: { ...task.spec, metadata: target.taskSpec.metadata } };
  }
  const { spec, target: { taskRef: _, ...kept } } = independentPair(target, task, options);
  return { ...kept, taskSpec: { ...readingOwnLabel(spec), metadata: metadataOf(target, task) } };
}

/** Explains which text of the Task changes its meaning inline; undefined if none does. */
export function whyNotInline(
  target: PipelineTask,
  task: ReadTask,
  options: InlineOptions,
): string | undefined {
  if (target.taskSpec !== undefined) return undefined;
  const { spec } = independentPair(target, task, options);
  const left = namelessDefault(task.spec, spec);
  if (left !== undefined) return left;
  const text = foreignText(spec, options);
  if (text === undefined) return undefined;
  return `the Task of "${target.name}" has the text ${text}, which would be filled in`;
}

/**
 * Tekton takes a reference in the default of an array or object as text, but refuses a reference to
 * an unknown param. A renamed param is unknown by its old name.
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

/** Returns the task and its Task with unique names, and without text that depends on its place. */
function independentPair(target: PipelineTask, task: ReadTask, options: InlineOptions): Pair {
  const name = contextName(target, task);
  const named = <T>(value: T) =>
    name === undefined ? value : replaceVariable(value, "context.task.name", name);
  const pair = {
    spec: named(task.spec),
    // Tekton puts passed values into the Task's text and then fills in variables there again.
    target: { ...target, params: named(target.params) },
  };
  return withOwnParams(withBoundWorkspaces(pair, options), options);
}

/**
 * Returns the value of `$(context.task.name)` by reference; undefined if it is the TaskRun's name,
 * as it is inline. For a resolver's Task it is the Task's own name, or "". But after waiting for
 * remote StepActions, Tekton knows the Task only by its reference
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

/** Returns metadata with the Task's name in a label: "" for a resolver's Task without a name. */
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

/** Returns the annotations without kubectl's copy of the whole object. */
export function ownAnnotations(annotations: Record<string, string> | undefined) {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...own } = annotations ?? {};
  return own;
}

/** Variables that are text in a referenced Task, but that Tekton fills in inline. */
const PIPELINES_OWN = /\$\((?:tasks|finally|context\.pipeline(?:Run|Task)?)\.[^)]*\)/;

/** Returns the first text of the Task that Tekton would fill in only inline. */
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

/** Keeps the workspaces that the run binds, and makes the others' variables literal. */
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

/** Renames the params, declared or only passed, whose names occur elsewhere in the run. */
function withOwnParams(pair: Pair, options: InlineOptions): Pair {
  const taken = takenNames(pair.target, options);
  const declared = pair.spec.params ?? [];
  const passed = (pair.target.params ?? []).filter(({ name }) =>
    !declared.some((one) => one.name === name)
  );
  const params = [...declared, ...passed.map(specOf)];
  // A TaskRun may be given only one of two params that differ only in case.
  const own = new Set(params.map((param) => param.name.toLowerCase()));
  let result = pair;
  for (const param of params) {
    if (!isTaken(param, taken)) continue;
    const isUsed = (name: string) =>
      own.has(name.toLowerCase()) || isTaken({ ...param, name }, taken) ||
      refersTo(pair.spec, name); // a reference to it is text so far
    const unused = unusedName(`${param.name}${renamedBy(pair.target.name)}`, isUsed);
    own.add(unused.toLowerCase());
    result = rename(result, param, unused);
  }
  return result;
}

/** Returns a declaration of the param; the type follows from the value. */
function specOf({ name, value }: Param): ParamSpec {
  return { name, default: value };
}

/** Returns the params whose values Tekton puts into an inline Task, with the keys of objects. */
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
  // A given object may have keys that its param does not declare.
  const keys = typeOf(param) === "object" ? undefined : [];
  const swap = <T extends { name: string }>(one: T): T =>
    one.name === param.name ? { ...one, name: to } : one;
  // Only defaults of strings can refer to params.
  const swapIn = (one: ParamSpec) =>
    typeof one.default === "string"
      ? { ...one, default: renameParam(one.default, param.name, to, keys) }
      : one;
  return {
    spec: {
      ...renameParam(rest, param.name, to, keys),
      ...(params === undefined ? {} : { params: params.map(swap).map(swapIn) }),
    },
    target: {
      ...target,
      params: target.params?.map(swap),
      ...(target.matrix === undefined ? {} : { matrix: renamedMatrix(target.matrix, swap) }),
    },
  };
}

function renamedMatrix(
  { params, include, ...rest }: NonNullable<PipelineTask["matrix"]>,
  swap: (param: Param) => Param,
): PipelineTask["matrix"] {
  return {
    ...rest,
    ...(params === undefined ? {} : { params: params.map(swap) }),
    ...(include === undefined ? {} : {
      include: include.map((one) =>
        one.params === undefined ? one : { ...one, params: one.params.map(swap) }
      ),
    }),
  };
}

/** Returns the suffix of renamed params: `-of-clone`. */
export function renamedBy(task: string): string {
  return `-of-${task}`;
}
