/** Tekton's admission: sets defaults and rejects what its webhook rejects. */
import type { KubeObject } from "../../../kube/interface.ts";
import type {
  ParamSpec,
  PipelineRun,
  PipelineSpec,
  TaskRun,
  TaskSpec,
} from "../../../tekton/model.ts";
import { denied } from "../../store/api_error.ts";
import type { Kind } from "../../store/kinds.ts";
import { isDone } from "../conditions.ts";
import { prune } from "./fields.ts";
import { validate } from "./validate.ts";

/** `isStrict` rejects unknown fields, otherwise they are dropped. Throws ApiError. */
export function admit(kind: Kind, given: KubeObject, isStrict: boolean): KubeObject {
  if (kind.group !== "tekton.dev") return given;
  const { status: _, ...object } = structuredClone(given);
  prune(kind, object, isStrict);
  setDefaults(kind, object);
  const problems = validate(kind, object);
  if (problems.length > 0) throw denied(problems.join("\n"));
  return object;
}

/** Throws ApiError. Of a run's spec only the status can be changed. */
export function admitUpdate(kind: Kind, before: KubeObject, given: KubeObject): KubeObject {
  if (kind.group !== "tekton.dev") return given;
  const isRun = kind.kind === "PipelineRun" || kind.kind === "TaskRun";
  const object = isRun ? given : structuredClone(given);
  if (!isRun) {
    prune(kind, object, false);
    setDefaults(kind, object);
    const problems = validate(kind, object);
    if (problems.length > 0) throw denied(problems.join("\n"));
    return object;
  }
  if (specOf(before, []) === specOf(given, [])) return object;
  if (isDone(before)) {
    throw denied(`invalid value: Once the ${kind.kind} is complete, no updates are allowed: `);
  }
  const changeable = ["status", "statusMessage"];
  if (specOf(before, changeable) !== specOf(given, changeable)) {
    const what = kind.kind === "TaskRun" ? "status and statusMessage" : "status";
    throw denied(
      `invalid value: Once the ${kind.kind} has started, only ${what} updates are allowed: `,
    );
  }
  return object;
}

/**
 * Returns the spec as text, without some keys and with sorted keys, so that equal specs are equal.
 */
function specOf(object: KubeObject, without: string[]): string {
  const spec = { ...(object.spec as Record<string, unknown>) };
  for (const key of without) delete spec[key];
  return JSON.stringify(spec, (_, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

function setDefaults(kind: Kind, object: KubeObject): void {
  const spec = object.spec as Record<string, unknown> | undefined;
  if (typeof spec !== "object" || spec === null) return;
  if (kind.kind === "Task") taskDefaults(spec as TaskSpec);
  else if (kind.kind === "Pipeline") pipelineDefaults(spec as PipelineSpec);
  else if (kind.kind === "TaskRun") {
    const run = spec as TaskRun["spec"];
    run.serviceAccountName ??= "default";
    run.timeout ??= "1h0m0s";
    if (run.taskRef !== undefined && run.taskRef.resolver === undefined) {
      run.taskRef.kind ??= "Task";
    }
    if (run.taskSpec !== undefined) taskDefaults(run.taskSpec);
    managedBy(object);
  } else if (kind.kind === "PipelineRun") {
    const run = spec as PipelineRun["spec"];
    run.taskRunTemplate = { serviceAccountName: "default", ...run.taskRunTemplate };
    run.timeouts = { pipeline: "1h0m0s", ...run.timeouts };
    if (run.pipelineSpec !== undefined) pipelineDefaults(run.pipelineSpec);
  }
}

function managedBy(object: KubeObject): void {
  const { labels } = object.metadata;
  object.metadata.labels = { "app.kubernetes.io/managed-by": "tekton-pipelines", ...labels };
}

function pipelineDefaults(spec: PipelineSpec): void {
  for (const param of spec.params ?? []) param.type ??= typeOf(param);
  for (const task of [...(spec.tasks ?? []), ...(spec.finally ?? [])]) {
    if (task.taskRef?.name !== undefined) task.taskRef.kind ??= "Task";
    if (task.taskSpec !== undefined) taskDefaults(task.taskSpec);
  }
}

function taskDefaults(spec: TaskSpec): void {
  for (const param of spec.params ?? []) param.type ??= typeOf(param);
  for (const result of spec.results ?? []) {
    result.type ??= result.properties === undefined ? "string" : "object";
  }
}

function typeOf({ default: value, properties }: ParamSpec) {
  if (Array.isArray(value)) return "array";
  return typeof value === "object" || properties !== undefined ? "object" : "string";
}
