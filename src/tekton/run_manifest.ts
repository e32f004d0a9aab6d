/**
 * Builds the manifest of a run with changed Tasks in one of two forms: inline, or as temporary
 * objects that the run refers to. Pure.
 *
 * Inline is one object and leaves nothing behind. But a cluster may forbid it
 * (disable-inline-spec), and some text changes its meaning there. By reference everything keeps its
 * meaning; only the names of the objects differ.
 */
import {
  inlinePipeline,
  labelled,
  pipelineLabel,
  type ReadPipeline,
  withTasks,
} from "./inline/inline_pipeline.ts";
import {
  contextName,
  inlineTask,
  ownAnnotations,
  type ReadTask,
  whyNotInline,
} from "./inline/inline_task.ts";
import { inlineTaskRun } from "./inline/inline_task_run.ts";
import type { Pipeline, PipelineRun, PipelineTask, Task, TaskRun } from "./model.ts";
import { replaceVariable } from "./references.ts";

/** A Pipeline's task with its changed Task. */
export interface ChangedTask {
  readonly target: PipelineTask;
  readonly task: ReadTask;
}

/**
 * Returns the task without retries, each of which would pause again. The Pipeline's own text keeps
 * the original number of retries. In a referenced Task, `$(context.pipelineTask.retries)` is
 * literal text and stays.
 */
export function notRetried({ target, task }: ChangedTask): ChangedTask {
  const { retries = 0, ...kept } = target;
  const frozen = <T>(value: T) =>
    replaceVariable(value, "context.pipelineTask.retries", String(retries));
  const spec = target.taskSpec === undefined ? task.spec : frozen(task.spec);
  return { target: frozen(kept), task: { ...task, spec } };
}

export interface RunManifest<T extends PipelineRun | TaskRun = PipelineRun | TaskRun> {
  /** Why the inline form would change the meaning or be refused; undefined if nothing is known. */
  readonly whyNotInline?: string;
  inline(): T;
  /**
   * Returns the run with the objects that it refers to, which must be created before it. The first
   * object is named `name`. Absent if nothing was changed.
   */
  temporary?(name: string): { run: T; objects: (Pipeline | Task)[] };
}

export function buildPipelineRun(
  run: PipelineRun,
  pipeline: ReadPipeline,
  changed: readonly ChangedTask[],
): RunManifest<PipelineRun> {
  const context = {
    params: run.spec.params ?? [],
    bound: (run.spec.workspaces ?? []).map((workspace) => workspace.name),
  };
  // Names must be unique across the run, including the Tasks already inline.
  let spec = pipeline.spec;
  const inlined: PipelineTask[] = [];
  const reasons = [whyParamNotInline(run, changed)];
  for (const { target, task } of changed) {
    const options = { ...context, pipeline: spec };
    reasons.push(whyNotInline(target, task, options));
    inlined.push(inlineTask(target, task, options));
    spec = withTasks(spec, inlined);
  }
  return {
    whyNotInline: reasons.find((reason) => reason !== undefined),
    inline: () => inlinePipeline(run, pipeline, inlined),
    temporary: (name) => temporaryPipeline(run, pipeline, changed, name),
  };
}

export function buildTaskRun(run: TaskRun, task: ReadTask): RunManifest<TaskRun> {
  return {
    inline: () => inlineTaskRun(run, task),
    temporary(name) {
      const { taskRef: _, ...spec } = run.spec;
      const named = { ...run, spec: { ...spec, taskRef: { name, kind: "Task" } } };
      return { run: named, objects: [taskObject(run, task, name, task.metadata?.name)] };
    },
  };
}

/**
 * Explains which param of the run has a variable in its value; undefined if none has. By reference,
 * Tekton puts the value into a Task's text last. Inline it does so first, and then fills in the
 * variable by the Pipeline's value.
 */
function whyParamNotInline(
  { spec }: PipelineRun,
  changed: readonly ChangedTask[],
): string | undefined {
  if (changed.every(({ target }) => target.taskSpec !== undefined)) return undefined;
  // Both forms replace the Pipeline's name.
  const variable =
    /\$\((?!context\.pipeline\.name\))(params|inputs|context|workspaces|tasks|finally)[.[][^)]*\)/;
  const found = spec.params?.map(({ name, value }) => ({
    name,
    text: variable.exec(JSON.stringify(value))?.[0],
  })).find(({ text }) => text !== undefined);
  if (found === undefined) return undefined;
  return `the run's param "${found.name}" has the text ${found.text}, which would be filled in`;
}

function temporaryPipeline(
  run: PipelineRun,
  pipeline: ReadPipeline,
  changed: readonly ChangedTask[],
  name: string,
): { run: PipelineRun; objects: (Pipeline | Task)[] } {
  const tasks = changed.map(({ target, task }, at) => ({ target, task, name: `${name}-${at}` }));
  const swapped = tasks.map(({ target, task, name }) => refer(target, task, name));
  const spec = withTasks(pipeline.spec, swapped);
  const objects = tasks.filter(({ target }) => target.taskSpec === undefined)
    .map(({ target, task, name }) => taskObject(run, task, name, contextName(target, task)));
  const { metadata } = pipeline;
  if (metadata === undefined) {
    return {
      run: { ...run, spec: { ...run.spec, pipelineSpec: spec } },
      objects,
    };
  }
  const original = metadata.name ?? "";
  const label = pipelineLabel(original);
  const object: Pipeline = {
    apiVersion: "tekton.dev/v1",
    kind: "Pipeline",
    metadata: {
      name,
      namespace: run.metadata.namespace,
      labels: metadata.labels,
      annotations: ownAnnotations(metadata.annotations),
    },
    spec: replaceVariable(spec, "context.pipeline.name", original),
  };
  const referring: PipelineRun = {
    ...run,
    metadata: { ...run.metadata, labels: { ...run.metadata.labels, ...label } },
    spec: {
      ...replaceVariable(run.spec, "context.pipeline.name", original),
      pipelineRef: { name },
      taskRunSpecs: labelled(run, spec, label),
    },
  };
  return { run: referring, objects: [object, ...objects] };
}

/** Makes the task refer to the object. An inline Task stays inline, for the Pipeline's values. */
function refer(target: PipelineTask, { spec }: ReadTask, name: string): PipelineTask {
  if (target.taskSpec !== undefined) {
    return { ...target, taskSpec: { ...spec, metadata: target.taskSpec.metadata } };
  }
  return { ...target, taskRef: { name, kind: "Task" } };
}

function taskObject(
  run: PipelineRun | TaskRun,
  { spec, metadata }: ReadTask,
  name: string,
  original: string | undefined,
): Task {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: {
      name,
      namespace: run.metadata.namespace,
      labels: metadata?.labels,
      annotations: ownAnnotations(metadata?.annotations),
    },
    spec: original === undefined ? spec : replaceVariable(spec, "context.task.name", original),
  };
}
