/**
 * Converts objects of tekton.dev/v1beta1 to the versions that the rest of the program reads. Pure;
 * unknown keys stay.
 *
 * Source: the ConvertTo functions of Tekton 1.9 in pkg/apis/pipeline/v1beta1, and Tekton's webhook
 * for refusals. Unlike Tekton, this does not keep a step's dropped fields in an annotation, which
 * no run reads.
 */
import { ClusterError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import type {
  Pipeline,
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  Task,
  TaskRun,
  TaskSpec,
} from "./model.ts";
import type { CheckedRun } from "./run_shape.ts";

type Json = Record<string, unknown>;

/**
 * Returns the Task as v1. `what` names the object in messages. Throws ClusterError for fields that
 * Tekton no longer takes.
 */
export function taskFromV1beta1(object: KubeObject, what: string): Task {
  const spec = taskSpec(object.spec as Json, what);
  return { ...object, apiVersion: "tekton.dev/v1", kind: "Task", spec };
}

/** Returns the Pipeline as v1; otherwise like taskFromV1beta1. */
export function pipelineFromV1beta1(object: KubeObject, what: string): Pipeline {
  const spec = withoutResources(object.spec as Json, what);
  const convert = (tasks: unknown) => (tasks as Json[]).map((task) => pipelineTask(task, what));
  for (const key of ["tasks", "finally"]) if (spec[key]) spec[key] = convert(spec[key]);
  return { ...object, apiVersion: "tekton.dev/v1", kind: "Pipeline", spec: spec as PipelineSpec };
}

/** Returns the run as v1; otherwise like taskFromV1beta1. */
export function runFromV1beta1(run: CheckedRun, what: string): PipelineRun | TaskRun {
  // PipelineResources are dropped: nothing can refer to them.
  const { resources: _, ...spec } = run.spec as Json;
  const converted = run.kind === "PipelineRun"
    ? pipelineRunSpec(spec, what)
    : renamed(spec, { stepOverrides: "stepSpecs", sidecarOverrides: "sidecarSpecs" });
  if (spec.taskSpec) converted.taskSpec = taskSpec(spec.taskSpec as Json, what);
  return { ...run, apiVersion: "tekton.dev/v1", spec: withOverrides(converted) };
}

function pipelineRunSpec(given: Json, what: string): Json {
  const { serviceAccountName, podTemplate, timeout, ...spec } = given;
  const template = { serviceAccountName, podTemplate };
  if (serviceAccountName ?? podTemplate) spec.taskRunTemplate = template;
  if (timeout) spec.timeouts = { pipeline: timeout };
  if (spec.pipelineSpec) {
    const pipeline = { metadata: {}, spec: spec.pipelineSpec };
    spec.pipelineSpec = pipelineFromV1beta1(pipeline, what).spec;
  }
  if (spec.taskRunSpecs) {
    spec.taskRunSpecs = (spec.taskRunSpecs as Json[]).map((one) =>
      withOverrides(renamed(one, {
        taskServiceAccountName: "serviceAccountName",
        taskPodTemplate: "podTemplate",
        stepOverrides: "stepSpecs",
        sidecarOverrides: "sidecarSpecs",
      }))
    );
  }
  return spec;
}

function withOverrides(spec: Json): Json {
  const overridden = { ...spec };
  for (const key of ["stepSpecs", "sidecarSpecs"]) {
    if (spec[key]) overridden[key] = (spec[key] as Json[]).map((one) => container(one, ""));
  }
  return overridden;
}

function renamed(fields: Json, names: Record<string, string>): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [names[key] ?? key, value]),
  );
}

function pipelineTask(task: Json, what: string): PipelineTask {
  const converted = withoutResources(task, what);
  if ((task.taskRef as Json | undefined)?.bundle) {
    throw new ClusterError(
      `${what}: task "${task.name}" has taskRef.bundle, which Tekton dropped`,
      {
        hint: "in its place: resolver: bundles, with the params bundle, name and kind",
      },
    );
  }
  if (task.taskSpec) converted.taskSpec = taskSpec(task.taskSpec as Json, what);
  return converted as PipelineTask;
}

/** Fields of a v1beta1 step that a v1 step no longer has. */
const GONE = "ports livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath " +
  "terminationMessagePolicy stdin stdinOnce tty";

function taskSpec(given: Json, what: string): TaskSpec {
  const spec = withoutResources(given, what);
  const all = (containers: unknown, gone: string) =>
    (containers as Json[]).map((one) => container(one, gone));
  if (spec.steps) spec.steps = all(spec.steps, GONE);
  if (spec.stepTemplate) spec.stepTemplate = container(spec.stepTemplate as Json, `${GONE} name`);
  if (spec.sidecars) spec.sidecars = all(spec.sidecars, "");
  return spec as TaskSpec;
}

/** Renames a container's `resources` to `computeResources` and drops the `gone` fields. */
function container({ resources, ...given }: Json, gone: string): Json {
  const kept = Object.entries(given).filter(([key]) => !gone.split(" ").includes(key));
  return { ...Object.fromEntries(kept), ...(resources ? { computeResources: resources } : {}) };
}

/** Throws ClusterError for PipelineResources, which Tekton 0.44 dropped; an empty list is fine. */
function withoutResources({ resources, ...rest }: Json, what: string): Json {
  if (!resources || Array.isArray(resources) && resources.length === 0) return rest;
  throw new ClusterError(`${what}: it has PipelineResources, which Tekton dropped`, {
    hint: "give params and workspaces in the place of its resources",
  });
}
