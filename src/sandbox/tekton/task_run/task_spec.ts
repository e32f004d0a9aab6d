/** A TaskRun's spec: found, checked against the run's values, and with every `$(…)` replaced. */
import type {
  Param,
  ParamSpec,
  Step,
  Task,
  TaskRun,
  TaskSpec,
  TaskWorkspace,
  WorkspaceBinding,
} from "../../../tekton/model.ts";
import { TASK } from "../../store/kinds.ts";
import type { Store } from "../../store/store.ts";
import { Breakpoints } from "./breakpoints.ts";
import { RunFailure } from "../conditions.ts";
import { resolveObject } from "../resolvers.ts";
import { containerName, stepName } from "../names.ts";
import { paramValues, spellings, type Values } from "../substitute.ts";

export interface BoundWorkspace {
  readonly declared: TaskWorkspace;
  /** Undefined for an optional workspace that is not bound. */
  readonly binding?: WorkspaceBinding;
  readonly path: string;
}

export interface ResolvedTask {
  readonly spec: TaskSpec;
  readonly steps: Step[];
  readonly workspaces: BoundWorkspace[];
  readonly breakpoints: Breakpoints;
}

/** Throws RunFailure. */
export async function findTask(
  store: Store,
  run: TaskRun,
): Promise<{ spec: TaskSpec; task?: Task }> {
  const { taskSpec, taskRef } = run.spec;
  if (taskSpec !== undefined) return { spec: taskSpec };
  if (taskRef?.resolver !== undefined) {
    const task = await resolveObject(store, taskRef).catch((error) => {
      throw new RunFailure("TaskRunResolutionFailed", error.message);
    }) as Task;
    return { spec: task.spec, task };
  }
  const task = store.find(TASK, run.metadata.namespace!, taskRef?.name ?? "") as Task | undefined;
  if (task === undefined) {
    const message = `failed to get task: tasks.tekton.dev "${taskRef?.name}" not found`;
    throw new RunFailure("TaskRunResolutionFailed", message);
  }
  return { spec: task.spec, task };
}

/** `name` is the name of the referenced Task. Throws RunFailure. */
export function resolveTask(spec: TaskSpec, run: TaskRun, name?: string): ResolvedTask {
  checkParams(spec, run);
  const workspaces = bindWorkspaces(spec, run);
  const values = paramValues(spec.params ?? [], run.spec.params ?? []);
  for (const [key, value] of [...values.strings]) values.strings.set(`inputs.${key}`, value);
  addContext(values, run, name);
  // A mount path may contain params, so the workspaces' paths come after the params.
  const paths = workspaces.map((each) => ({ ...each, path: values.text(each.path) }));
  for (const { declared: { name }, binding, path } of paths) {
    values.strings.set(`workspaces.${name}.path`, binding === undefined ? "" : path);
    values.strings.set(`workspaces.${name}.bound`, String(binding !== undefined));
    values.strings.set(
      `workspaces.${name}.claim`,
      binding?.persistentVolumeClaim?.claimName ?? "",
    );
  }
  for (const { name } of spec.results ?? []) {
    for (const key of spellings("results", name)) {
      values.strings.set(`${key}.path`, `/tekton/results/${name}`);
    }
  }
  (spec.steps ?? []).forEach(({ name }, at) => {
    const container = containerName(stepName(name, at));
    values.strings.set(`steps.${container}.exitCode.path`, `/tekton/steps/${container}/exitCode`);
  });
  const { params, results, workspaces: declared, ...rest } = spec;
  const replaced: TaskSpec = { ...values.deep(rest), params, results, workspaces: declared };
  const steps = (replaced.steps ?? []).map((step, at) => {
    const named = { ...step, name: stepName(step.name, at) };
    return stepResultPaths(mergeTemplate(named, replaced.stepTemplate));
  });
  return { spec: replaced, steps, workspaces: paths, breakpoints: new Breakpoints(run) };
}

function checkParams(spec: TaskSpec, run: TaskRun): void {
  const given = (run.spec.params ?? []).map(({ name }) => name);
  const missing = (spec.params ?? [])
    .filter((param) => param.default === undefined && !given.includes(param.name))
    .map(({ name }) => name);
  if (missing.length > 0) {
    const task = run.spec.taskRef?.name ?? "";
    throw new RunFailure(
      "TaskRunValidationFailed",
      `[User error] invalid input params for task ${task}: ` +
        `missing values for these params which have no default values: [${missing.join(" ")}]`,
    );
  }
  const wrong = mistyped(spec.params ?? [], run.spec.params ?? []);
  if (wrong.length > 0) {
    throw new RunFailure(
      "TaskRunValidationFailed",
      `[User error] invalid input params for task ${run.spec.taskRef?.name ?? ""}: ` +
        `param types don't match the user-specified type: [${wrong.join(" ")}]`,
    );
  }
}

/** Returns the params whose value has another type than declared. */
export function mistyped(declared: readonly ParamSpec[], given: readonly Param[]): string[] {
  return declared.flatMap(({ name, type = "string" }) => {
    const param = given.find((each) => each.name === name);
    if (param === undefined) return [];
    const { value } = param;
    const found = Array.isArray(value) ? "array" : typeof value;
    return found === type ? [] : [name];
  });
}

function bindWorkspaces(spec: TaskSpec, run: TaskRun): BoundWorkspace[] {
  const bindings = new Map((run.spec.workspaces ?? []).map((binding) => [binding.name, binding]));
  const declared = [...(spec.workspaces ?? [])];
  const names = declared.map(({ name }) => name);
  const extra = [...bindings.keys()].filter((name) => !names.includes(name));
  // An inline taskSpec accepts all params of the run; a Task only those that it declares.
  if (run.spec.taskSpec !== undefined) declared.push(...extra.map((name) => ({ name })));
  else if (extra.length > 0) {
    throw new RunFailure(
      "TaskRunValidationFailed",
      `[User error] workspace binding "${extra[0]}" does not match any declared workspace`,
    );
  }
  return declared.map((workspace) => {
    const binding = bindings.get(workspace.name);
    if (binding === undefined && !workspace.optional) {
      throw new RunFailure(
        "TaskRunValidationFailed",
        `[User error] declared workspace "${workspace.name}" is required but has not been bound`,
      );
    }
    const path = workspace.mountPath ?? `/workspace/${workspace.name}`;
    return { declared: workspace, binding, path };
  });
}

function addContext(values: Values, run: TaskRun, task: string | undefined): void {
  const { name = "", namespace = "", uid = "" } = run.metadata;
  const retries = (run.status as { retriesStatus?: unknown[] } | undefined)?.retriesStatus ?? [];
  values.strings.set("context.taskRun.name", name);
  values.strings.set("context.taskRun.namespace", namespace);
  values.strings.set("context.taskRun.uid", uid);
  values.strings.set("context.task.name", task ?? name);
  values.strings.set("context.task.retry-count", String(retries.length));
}

/**
 * Fills in the template's fields that a step lacks. It joins `env` and mounts, but not `envFrom`.
 */
function mergeTemplate(step: Step, template: Partial<Step> | undefined): Step {
  if (template === undefined) return step;
  const own = (step.env ?? []).map(({ name }) => name);
  const env = [
    ...(step.env ?? []),
    ...(template.env ?? []).filter(({ name }) => !own.includes(name)),
  ];
  const volumeMounts = [...(template.volumeMounts ?? []), ...(step.volumeMounts ?? [])];
  const merged: Step = { ...template, ...step, env, volumeMounts };
  if (step.args?.length === 0 && template.args !== undefined) merged.args = template.args;
  return merged;
}

/** Replaces `$(step.results.R.path)`, which is a different path for each step. */
function stepResultPaths(step: Step): Step {
  const directory = `/tekton/steps/${containerName(step.name!)}/results`;
  const replace = (text: string | undefined) =>
    text?.replace(
      /\$\(step\.results(?:\.|\[["']?)([\w-]+)(?:["']?\])?\.path\)/g,
      `${directory}/$1`,
    );
  return {
    ...step,
    script: replace(step.script),
    command: step.command?.map((word) => replace(word)!),
    args: step.args?.map((word) => replace(word)!),
    env: step.env?.map((variable) => ({ ...variable, value: replace(variable.value) })),
  };
}
