/** A PipelineRun's Pipeline: found, checked, and with all values that are known at the start. */
import type {
  Param,
  Pipeline,
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  Task,
  TaskSpec,
} from "../../../tekton/model.ts";
import { PIPELINE, TASK } from "../../store/kinds.ts";
import type { Store } from "../../store/store.ts";
import { RunFailure } from "../conditions.ts";
import { type ResultRef, resultRefs } from "../result_refs.ts";
import { mistyped } from "../task_run/task_spec.ts";
import { paramValues, spellings, type Values } from "../substitute.ts";

export interface PlannedTask {
  readonly task: PipelineTask;
  readonly isFinal: boolean;
  /** Tasks that must end before this one starts. */
  readonly after: readonly string[];
  readonly refs: readonly ResultRef[];
}

export interface Plan {
  readonly spec: PipelineSpec;
  readonly tasks: readonly PlannedTask[];
}

export interface FoundPipeline {
  readonly spec: PipelineSpec;
  /** The referenced Pipeline. Undefined if the run has its spec inline. */
  readonly pipeline?: Pipeline;
  readonly name: string;
}

/** Throws RunFailure. */
export function findPipeline(store: Store, run: PipelineRun): FoundPipeline {
  const { pipelineSpec, pipelineRef } = run.spec;
  const { name = "", namespace = "" } = run.metadata;
  if (pipelineSpec !== undefined) return { spec: pipelineSpec, name };
  const wanted = pipelineRef?.name ?? "";
  const pipeline = store.find(PIPELINE, namespace, wanted) as Pipeline | undefined;
  if (pipeline !== undefined && pipelineRef?.resolver === undefined) {
    return { spec: pipeline.spec, pipeline, name: wanted };
  }
  const why = pipelineRef?.resolver === undefined
    ? `pipelines.tekton.dev "${wanted}" not found`
    : "the sandbox has no remote resolvers";
  throw new RunFailure(
    "CouldntGetPipeline",
    `Error retrieving pipeline for pipelinerun ${namespace}/${name}: ` +
      `error when getting Pipeline for PipelineRun ${name}: ${why}`,
  );
}

/** Throws RunFailure. */
export function makePlan(store: Store, run: PipelineRun, found: FoundPipeline): Plan {
  const { spec } = found;
  checkBindings(run, found);
  const values = paramValues(spec.params ?? [], run.spec.params ?? []);
  addContext(values, run, found);
  const replace = (task: PipelineTask) => replaceTask(task, values);
  const tasks = (spec.tasks ?? []).map(replace);
  const finals = (spec.finally ?? []).map(replace);
  for (const task of [...tasks, ...finals]) refuseUnknown(task);
  const planned = [
    ...tasks.map((task) => planTask(task, false)),
    ...finals.map((task) => planTask(task, true)),
  ];
  checkReferences(store, run, found, planned);
  return { spec: { ...spec, tasks, finally: spec.finally && finals }, tasks: planned };
}

function planTask(task: PipelineTask, isFinal: boolean): PlannedTask {
  const refs = resultRefs(task);
  const after = isFinal ? [] : [...(task.runAfter ?? []), ...refs.map((ref) => ref.task)];
  return { task, isFinal, after: [...new Set(after)], refs };
}

function checkBindings(run: PipelineRun, found: FoundPipeline): void {
  const { name, namespace } = run.metadata;
  const pipeline = `${namespace}/${found.name}`;
  const given = (run.spec.params ?? []).map((param) => param.name);
  const missing = (found.spec.params ?? [])
    .filter((param) => param.default === undefined && !given.includes(param.name))
    .map((param) => param.name);
  if (missing.length > 0) {
    throw new RunFailure(
      "ParameterMissing",
      `PipelineRun ${namespace}/${name} is missing some parameters required by Pipeline ` +
        `${pipeline}: [User error] pipelineRun missing parameters: [${missing.join(" ")}]`,
    );
  }
  const wrong = mistyped(found.spec.params ?? [], run.spec.params ?? []);
  if (wrong.length > 0) {
    throw new RunFailure(
      "ParameterTypeMismatch",
      `PipelineRun ${namespace}/${name} parameters have mismatching types with Pipeline ` +
        `${pipeline}'s parameters: [User error] parameters have inconsistent types : [${
          wrong.join(" ")
        }]`,
    );
  }
  const bound = (run.spec.workspaces ?? []).map((workspace) => workspace.name);
  const unbound = (found.spec.workspaces ?? [])
    .find((workspace) => !workspace.optional && !bound.includes(workspace.name));
  if (unbound !== undefined) {
    throw new RunFailure(
      "InvalidWorkspaceBindings",
      `PipelineRun ${namespace}/${name} doesn't bind Pipeline ${pipeline}'s Workspaces correctly: ` +
        `[User error] pipeline requires workspace with name "${unbound.name}" be provided by pipelinerun`,
    );
  }
}

function addContext(values: Values, run: PipelineRun, found: FoundPipeline): void {
  const { name = "", namespace = "", uid = "" } = run.metadata;
  values.strings.set("context.pipelineRun.name", name);
  values.strings.set("context.pipelineRun.namespace", namespace);
  values.strings.set("context.pipelineRun.uid", uid);
  values.strings.set("context.pipeline.name", found.name);
  for (const workspace of found.spec.workspaces ?? []) {
    values.strings.set(`workspaces.${workspace.name}.bound`, "false");
  }
  for (const workspace of run.spec.workspaces ?? []) {
    values.strings.set(`workspaces.${workspace.name}.bound`, "true");
  }
}

/** Replaces the variables in a task, and in its inline taskSpec. A referenced Task is unchanged. */
function replaceTask(task: PipelineTask, all: Values): PipelineTask {
  const values = all.copy();
  values.strings.set("context.pipelineTask.retries", String(task.retries ?? 0));
  const { taskSpec, ...rest } = task;
  const replaced = values.deep(rest) as PipelineTask;
  if (taskSpec === undefined) return replaced;
  return { ...replaced, taskSpec: replaceTaskSpec(taskSpec, scope(values, replaced.params ?? [])) };
}

/** Replaces the variables in a taskSpec, except in its params and results. */
export function replaceTaskSpec<T extends TaskSpec>(spec: T, values: Values): T {
  const { params, results, ...rest } = spec;
  const kept = { ...(params && { params }), ...(results && { results }) };
  return { ...values.deep(rest), ...kept } as T;
}

/**
 * Returns the values inside a taskSpec. A task's own params hide the Pipeline's params of the same
 * name, separately for each type: a list leaves an empty string under a string's name.
 */
function scope(values: Values, params: readonly Param[]): Values {
  const scoped = values.copy();
  for (const { name, value } of params) {
    for (const key of spellings("params", name)) {
      if (scoped.strings.has(key)) scoped.strings.set(key, typeof value === "string" ? value : "");
      if (scoped.arrays.has(key)) scoped.arrays.set(key, Array.isArray(value) ? value : []);
      if (scoped.objects.has(key)) {
        const fields = typeof value === "object" && !Array.isArray(value) ? value : {};
        scoped.objects.set(key, fields);
        for (const [field, text] of Object.entries(fields)) {
          scoped.strings.set(`${key}.${field}`, text);
        }
      }
    }
  }
  return scoped;
}

/** Throws RunFailure for features that the sandbox does not have, instead of ignoring them. */
function refuseUnknown(task: PipelineTask): void {
  const feature = task.matrix !== undefined
    ? "matrix"
    : task.pipelineRef !== undefined || task.pipelineSpec !== undefined
    ? "pipelines in pipelines"
    : task.taskRef?.apiVersion !== undefined && !task.taskRef.apiVersion.startsWith("tekton.dev/")
    ? "custom tasks"
    : undefined;
  if (feature === undefined) return;
  const message = `task "${task.name}": the sandbox does not have ${feature}`;
  throw new RunFailure("PipelineValidationFailed", message);
}

function checkReferences(
  store: Store,
  run: PipelineRun,
  found: FoundPipeline,
  tasks: PlannedTask[],
) {
  const { namespace = "" } = run.metadata;
  const specs = new Map<string, TaskSpec>();
  const remote = tasks.map(({ task }) => task).filter((task) => task.taskRef?.resolver)
    .map(({ name }) => name);
  for (const { task } of tasks) {
    if (remote.includes(task.name)) continue; // its TaskRun will resolve it
    const name = task.taskRef?.name ?? "";
    const spec = task.taskSpec ?? (store.find(TASK, namespace, name) as Task | undefined)?.spec;
    if (spec === undefined) {
      throw new RunFailure(
        "CouldntGetTask",
        `Pipeline ${namespace}/${found.name} can't be Run; it contains Tasks that don't exist: ` +
          `Couldn't retrieve Task "${name}": tasks.tekton.dev "${name}" not found`,
      );
    }
    specs.set(task.name, spec);
  }
  for (const { task, refs } of tasks) {
    for (const ref of refs) {
      const problem = problemOf(ref, specs, remote);
      if (problem === undefined) continue;
      const message =
        `[User error] invalid result reference in pipeline task "${task.name}": ${problem}`;
      throw new RunFailure("InvalidTaskResultReference", message);
    }
  }
  for (const result of found.spec.results ?? []) {
    for (const ref of resultRefs(result.value)) {
      const problem = problemOf(ref, specs, remote);
      if (problem === undefined) continue;
      throw new RunFailure(
        "InvalidPipelineResultReference",
        `Failed to resolve pipeline result reference for "${run.metadata.name}" with error ` +
          `invalid pipeline result "${result.name}": ${problem}`,
      );
    }
  }
}

function problemOf(
  ref: ResultRef,
  specs: Map<string, TaskSpec>,
  remote: readonly string[],
): string | undefined {
  const spec = specs.get(ref.task);
  if (remote.includes(ref.task)) return undefined;
  if (spec === undefined) return `referenced pipeline task "${ref.task}" does not exist`;
  if (spec.results?.some(({ name }) => name === ref.result)) return undefined;
  return `"${ref.result}" is not a named result returned by pipeline task "${ref.task}"`;
}
