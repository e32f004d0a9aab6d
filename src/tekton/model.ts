/**
 * The fields of Tekton's tekton.dev/v1 objects that this program reads or writes. Every type keeps
 * unknown keys, so that an object read from the cluster goes back verbatim.
 * Source: https://tekton.dev/docs/pipelines/pipeline-api/
 */
import type { KubeObject, Resource } from "../kube/interface.ts";
import type { Shape } from "../shape.ts";
import {
  PIPELINE_RUN_SHAPE,
  PIPELINE_SHAPE,
  RESOLUTION_REQUEST_SHAPE,
  STEP_ACTION_SHAPE,
  TASK_RUN_SHAPE,
  TASK_SHAPE,
} from "./shapes.ts";

export const PIPELINES = tekton("pipelines", "Pipeline", PIPELINE_SHAPE);
export const TASKS = tekton("tasks", "Task", TASK_SHAPE);
export const PIPELINE_RUNS = tekton("pipelineruns", "PipelineRun", PIPELINE_RUN_SHAPE);
export const TASK_RUNS = tekton("taskruns", "TaskRun", TASK_RUN_SHAPE);

/** Tekton stores and serves StepActions only as v1beta1. */
export const STEP_ACTIONS: Resource = {
  group: "tekton.dev",
  version: "v1beta1",
  plural: "stepactions",
  kind: "StepAction",
  shape: STEP_ACTION_SHAPE,
};

export const RESOLUTION_REQUESTS: Resource = {
  group: "resolution.tekton.dev",
  version: "v1beta1",
  plural: "resolutionrequests",
  kind: "ResolutionRequest",
  shape: RESOLUTION_REQUEST_SHAPE,
};

function tekton<Kind extends string>(
  plural: string,
  kind: Kind,
  shape: Shape,
): Resource<Kind> {
  return { group: "tekton.dev", version: "v1", plural, kind, shape };
}

export type ParamType = "string" | "array" | "object";
export type ParamValue = string | string[] | Record<string, string>;

export interface ParamSpec {
  name: string;
  type?: ParamType;
  description?: string;
  default?: ParamValue;
  properties?: Record<string, { type?: string }>;
  enum?: string[];
  [key: string]: unknown;
}

export interface Param {
  name: string;
  value: ParamValue;
}

export interface ResultSpec {
  name: string;
  type?: ParamType;
  description?: string;
  properties?: Record<string, { type?: string }>;
  value?: ParamValue;
  [key: string]: unknown;
}

/** A workspace as a Task declares it. */
export interface TaskWorkspace {
  name: string;
  description?: string;
  mountPath?: string;
  readOnly?: boolean;
  optional?: boolean;
}

/** A workspace as a Pipeline declares it. */
export interface PipelineWorkspace {
  name: string;
  description?: string;
  optional?: boolean;
}

/** A volume as a run binds it to a workspace. */
export interface WorkspaceBinding {
  name: string;
  subPath?: string;
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  volumeClaimTemplate?: KubeObject | Record<string, unknown>;
  emptyDir?: Record<string, unknown>;
  configMap?: { name: string; [key: string]: unknown };
  secret?: { secretName: string; [key: string]: unknown };
  projected?: Record<string, unknown>;
  csi?: { driver?: unknown; readOnly?: boolean; [key: string]: unknown };
}

/** A Task's workspace, with the Pipeline's workspace that the Pipeline's task binds to it. */
export interface PipelineTaskWorkspace {
  name: string;
  workspace?: string;
  subPath?: string;
}

export interface Step {
  name?: string;
  image?: string;
  command?: string[];
  args?: string[];
  script?: string;
  workingDir?: string;
  env?: { name: string; value?: string; [key: string]: unknown }[];
  volumeMounts?: { name: string; mountPath: string; [key: string]: unknown }[];
  securityContext?: Record<string, unknown>;
  workspaces?: { name: string; mountPath?: string }[];
  results?: ResultSpec[];
  when?: unknown[];
  onError?: string;
  timeout?: string;
  ref?: { name?: string; resolver?: string; params?: Param[] };
  params?: Param[];
  [key: string]: unknown;
}

export type NamedStep = Step & { name: string };

export interface TaskSpec {
  displayName?: string;
  description?: string;
  params?: ParamSpec[];
  workspaces?: TaskWorkspace[];
  results?: ResultSpec[];
  steps?: Step[];
  stepTemplate?: Partial<Step>;
  sidecars?: Record<string, unknown>[];
  volumes?: { name: string; [key: string]: unknown }[];
  [key: string]: unknown;
}

export interface TaskRef {
  name?: string;
  kind?: string;
  apiVersion?: string;
  resolver?: string;
  params?: Param[];
}

/** A taskSpec inside a Pipeline: a TaskSpec with its own labels. */
export interface EmbeddedTask extends TaskSpec {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  apiVersion?: string;
  kind?: string;
}

export interface PipelineTask {
  name: string;
  displayName?: string;
  taskRef?: TaskRef;
  taskSpec?: EmbeddedTask;
  params?: Param[];
  matrix?: { params?: Param[]; include?: { name?: string; params?: Param[] }[] };
  workspaces?: PipelineTaskWorkspace[];
  runAfter?: string[];
  when?: unknown[];
  retries?: number;
  timeout?: string;
  onError?: string;
  pipelineRef?: unknown;
  pipelineSpec?: unknown;
  [key: string]: unknown;
}

export interface PipelineSpec {
  displayName?: string;
  description?: string;
  params?: ParamSpec[];
  workspaces?: PipelineWorkspace[];
  tasks?: PipelineTask[];
  finally?: PipelineTask[];
  results?: { name: string; value: ParamValue; [key: string]: unknown }[];
  [key: string]: unknown;
}

export interface Pipeline extends KubeObject {
  kind: "Pipeline";
  spec: PipelineSpec;
}

export interface Task extends KubeObject {
  kind: "Task";
  spec: TaskSpec;
}

export interface StepAction extends KubeObject {
  spec:
    & Pick<
      Step,
      | "image"
      | "command"
      | "args"
      | "script"
      | "env"
      | "workingDir"
      | "securityContext"
      | "volumeMounts"
      | "results"
    >
    & { description?: string; params?: ParamSpec[] };
}

/** A request to the resolver that the label resolution.tekton.dev/type names. */
export interface ResolutionRequest extends KubeObject {
  spec: { params?: Param[]; url?: string };
  /** `data` is the resolved object's YAML or JSON in base64. */
  status?: { conditions?: Condition[]; data?: string };
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
}

export interface StepState {
  name?: string;
  container?: string;
  terminated?: {
    exitCode: number;
    reason?: string;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
  };
  running?: { startedAt?: string };
  waiting?: { reason?: string; message?: string };
  terminationReason?: string;
  /** Empty until the container has started. */
  imageID?: string;
}

export interface TaskRun extends KubeObject {
  kind: "TaskRun";
  spec: {
    taskRef?: TaskRef;
    taskSpec?: TaskSpec;
    params?: Param[];
    workspaces?: WorkspaceBinding[];
    serviceAccountName?: string;
    status?: string;
    timeout?: string;
    retries?: number;
    [key: string]: unknown;
  };
  status?: {
    conditions?: Condition[];
    podName?: string;
    startTime?: string;
    completionTime?: string;
    steps?: StepState[];
    results?: { name: string; type?: ParamType; value: ParamValue }[];
    taskSpec?: TaskSpec;
    [key: string]: unknown;
  };
}

export interface PipelineRun extends KubeObject {
  kind: "PipelineRun";
  spec: {
    pipelineRef?: TaskRef;
    pipelineSpec?: PipelineSpec;
    params?: Param[];
    workspaces?: WorkspaceBinding[];
    status?: string;
    taskRunTemplate?: { serviceAccountName?: string; podTemplate?: unknown };
    taskRunSpecs?: Record<string, unknown>[];
    timeouts?: { pipeline?: string; tasks?: string; finally?: string };
    [key: string]: unknown;
  };
  status?: {
    conditions?: Condition[];
    startTime?: string;
    completionTime?: string;
    childReferences?: {
      name: string;
      kind?: string;
      pipelineTaskName: string;
      displayName?: string;
    }[];
    skippedTasks?: { name: string; reason?: string }[];
    results?: { name: string; value: ParamValue }[];
    pipelineSpec?: PipelineSpec;
    [key: string]: unknown;
  };
}

export type Run = PipelineRun | TaskRun;
export type RunKind = "PipelineRun" | "TaskRun";

export function isRunKind(kind: unknown): kind is RunKind {
  return kind === "PipelineRun" || kind === "TaskRun";
}

export const RESOURCE_OF: { readonly [Kind in RunKind]: Resource<Kind> } = {
  PipelineRun: PIPELINE_RUNS,
  TaskRun: TASK_RUNS,
};

/** A run's kind and name; the namespace is known from the context. */
export interface RunName {
  readonly kind: RunKind;
  readonly name: string;
}

/** Labels that Tekton's controller sets, https://tekton.dev/docs/pipelines/labels/ */
export const LABEL = {
  pipeline: "tekton.dev/pipeline",
  pipelineRun: "tekton.dev/pipelineRun",
  pipelineTask: "tekton.dev/pipelineTask",
  task: "tekton.dev/task",
  /** Only set by Tekton before 1.0. */
  clusterTask: "tekton.dev/clusterTask",
  taskRun: "tekton.dev/taskRun",
} as const;
