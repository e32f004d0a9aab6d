/**
 * Lowers an upload into one task of a Pipeline to an ordinary PipelineRun: the Pipeline's spec
 * inline, and in it the target reduced to one step, the gate. So little is kept of the target that
 * little could change its meaning: where and as whom its step runs, the workspace, the results.
 * Everything else is the Pipeline's own, word by word. What inlining changes, and is undone here:
 * names in the context, labels, a param of the Pipeline that has the name of one of the Task's.
 */
import { bareStep, type Gate, gateStep, withGateVolume } from "./gate_step.ts";
import type {
  Param,
  ParamSpec,
  Pipeline,
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  Step,
  Task,
  TaskSpec,
  WorkspaceBinding,
} from "./model.ts";
import { LABEL } from "./model.ts";
import { renameParam, replaceVariable, usedParams } from "./references.ts";
import { dependencies, stepName } from "./target.ts";

export interface PipelineUpload {
  readonly pipeline: Pipeline;
  readonly target: PipelineTask;
  /** The target's Task; of an inline one, its spec. */
  readonly task: Pick<Task, "spec"> & { metadata?: Task["metadata"] };
  readonly step: { step: Step; index: number };
  /** The Task's workspace that takes the upload. */
  readonly workspace: string;
  readonly gate: Gate;
  readonly namespace: string;
  readonly params: Param[];
  readonly workspaces: WorkspaceBinding[];
  readonly serviceAccount?: string;
}

export function lowerPipeline(upload: PipelineUpload): PipelineRun {
  const { pipeline, target } = upload;
  const name = pipeline.metadata.name!;
  const lowered = lowerTarget(upload);
  const swap = (tasks: PipelineTask[] | undefined) =>
    tasks?.map((task) => task.name === target.name ? lowered : task);
  const spec: PipelineSpec = {
    ...pipeline.spec,
    tasks: swap(pipeline.spec.tasks),
    ...(pipeline.spec.finally === undefined ? {} : { finally: swap(pipeline.spec.finally) }),
  };
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: {
      generateName: `${name}-run-`,
      namespace: upload.namespace,
      labels: { ...pipeline.metadata.labels, [LABEL.pipeline]: name },
      annotations: ownAnnotations(pipeline.metadata.annotations),
    },
    spec: {
      pipelineSpec: replaceVariable(spec, "context.pipeline.name", name),
      params: upload.params,
      workspaces: upload.workspaces,
      ...(upload.serviceAccount === undefined
        ? {}
        : { taskRunTemplate: { serviceAccountName: upload.serviceAccount } }),
    },
  };
}

function lowerTarget(upload: PipelineUpload): PipelineTask {
  const { target, task } = upload;
  const reduced = reduceTask(upload);
  const keptParams = neededParams(reduced, task.spec.params ?? []);
  let spec: TaskSpec = {
    ...reduced,
    params: (task.spec.params ?? []).filter((param) => keptParams.includes(param.name)),
  };
  let params = (target.params ?? []).filter((param) => keptParams.includes(param.name));
  // An inline Task keeps its names: the Pipeline's values of those names are meant for it.
  for (const name of target.taskSpec === undefined ? keptParams : []) {
    const own = unusedName(name, upload);
    spec = renameParam(spec, name, own);
    spec.params = spec.params!.map((param) =>
      param.name === name ? { ...param, name: own } : param
    );
    params = params.map((param) => param.name === name ? { ...param, name: own } : param);
  }
  const labels = {
    ...task.metadata?.labels,
    ...target.taskSpec?.metadata?.labels,
    ...(target.taskRef?.name === undefined ? {} : { [LABEL.task]: target.taskRef.name }),
  };
  const annotations = {
    ...ownAnnotations(task.metadata?.annotations),
    ...target.taskSpec?.metadata?.annotations,
  };
  const { taskRef: _, retries: __, timeout: ___, ...kept } = target;
  return {
    ...kept,
    taskSpec: { ...spec, metadata: { labels, annotations } },
    params,
    workspaces: (target.workspaces ?? []).filter((one) => one.name === upload.workspace),
    // Params that went away may have been what ordered this task after others.
    runAfter: runAfter(upload),
  };
}

/** The params that the spec refers to, and those that their defaults refer to. */
function neededParams(spec: TaskSpec, declared: ParamSpec[]): string[] {
  const names = declared.map((param) => param.name);
  let needed = usedParams(spec, names);
  for (let count = -1; count !== needed.length;) {
    count = needed.length;
    const defaults = declared.filter((param) => needed.includes(param.name))
      .map((param) => param.default);
    needed = usedParams([spec, defaults], names);
  }
  return needed;
}

/** A finally task can't run after anything. */
function runAfter({ target, pipeline }: PipelineUpload): string[] | undefined {
  const inFinally = pipeline.spec.finally?.some((task) => task.name === target.name);
  return inFinally ? undefined : dependencies(target);
}

/** The Task as one step, the gate, with the workspace and the results. */
function reduceTask({ task, step, workspace, gate }: PipelineUpload): TaskSpec {
  const name = stepName(step.step, step.index);
  const template = bareStep(task.spec.stepTemplate ?? {});
  return withGateVolume({
    workspaces: (task.spec.workspaces ?? []).filter((one) => one.name === workspace),
    results: task.spec.results?.map(({ value: _, ...result }) => result),
    ...(Object.keys(template).length === 0 ? {} : { stepTemplate: template }),
    steps: [gateStep(bareStep(step.step), name, workspace, gate)],
  }, gate);
}

/**
 * A name for the Task's param that nothing else in the run has: Tekton puts the Pipeline's values
 * in for same-named params of an inline taskSpec, even over the Task's own default.
 */
function unusedName(name: string, { pipeline, target, task, params }: PipelineUpload): string {
  const { tasks = [], finally: last = [], params: own = [] } = pipeline.spec;
  const others = [...tasks, ...last].filter((task) => task.name !== target.name);
  const taken = new Set([
    ...own.map((param) => param.name),
    ...params.map((param) => param.name),
    ...others.flatMap((task) => [...(task.params ?? []), ...(task.taskSpec?.params ?? [])])
      .map((param) => param.name),
    ...(task.spec.params ?? []).map((param) => param.name).filter((other) => other !== name),
  ]);
  let unused = name;
  for (let at = 1; taken.has(unused); at++) {
    unused = `${name}-of-${target.name}${at === 1 ? "" : at}`;
  }
  return unused;
}

/** Without kubectl's copy of the whole object. */
export function ownAnnotations(annotations: Record<string, string> | undefined) {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...own } = annotations ?? {};
  return own;
}
