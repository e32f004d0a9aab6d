/**
 * The shapes of Tekton's objects that the program relies on, for objects of any origin: which
 * fields are lists and which are texts. The cluster checks everything else. Source: model.ts.
 */
import type { Shape } from "../shape.ts";

const NAMED: Shape = [{ name: "name" }];
const TEXTS: Shape = ["text"];
export const METADATA_SHAPE: Shape = {
  name: "text",
  generateName: "text",
  namespace: "text",
  labels: "texts",
  annotations: "texts",
};

/** The types of params, which say how a text is read. As in Go, "" is a field that is absent. */
const PARAM_TYPES: Shape = new Set(["string", "array", "object", ""]);
const PARAMS: Shape = [{
  name: "name",
  type: PARAM_TYPES,
  description: "text",
  properties: {},
  enum: TEXTS,
}];
/** Tekton's webhook takes no param without a value, but says so in words of Go's encoding. */
const VALUES: Shape = [{ name: "name", value: "given" }];
const REF: Shape = { name: "text", kind: "text", resolver: "text", params: VALUES };

/** The fields of a StepAction, which a step has too. */
const STEP_FIELDS = {
  image: "text",
  script: "text",
  workingDir: "text",
  command: TEXTS,
  args: TEXTS,
  env: [{ name: "name", value: "text", valueFrom: {} }],
  volumeMounts: [{ name: "name", mountPath: "text" }],
  securityContext: {},
  results: NAMED,
  params: PARAMS,
} as const;
const STEP: Shape = {
  ...STEP_FIELDS,
  params: VALUES,
  name: "text",
  envFrom: [{ configMapRef: {}, secretRef: {} }],
  workspaces: NAMED,
  when: [{}],
  onError: "text",
  timeout: "text",
  ref: REF,
};
const TASK_SPEC = {
  description: "text",
  params: PARAMS,
  results: NAMED,
  workspaces: [{ name: "name", mountPath: "text" }],
  volumes: NAMED,
  steps: [STEP],
  stepTemplate: STEP,
  sidecars: [STEP],
} as const;

const PIPELINE_TASK: Shape = {
  name: "name",
  displayName: "text",
  timeout: "text",
  taskRef: REF,
  taskSpec: { ...TASK_SPEC, metadata: { labels: "texts", annotations: "texts" } },
  params: VALUES,
  workspaces: [{ name: "name", workspace: "text", subPath: "text" }],
  runAfter: TEXTS,
  when: [{}],
  matrix: { params: VALUES, include: [{ name: "text", params: VALUES }] },
};
const PIPELINE_SPEC: Shape = {
  description: "text",
  params: PARAMS,
  workspaces: NAMED,
  results: NAMED,
  tasks: [PIPELINE_TASK],
  finally: [PIPELINE_TASK],
};

export const TASK_SHAPE: Shape = { spec: TASK_SPEC };
export const PIPELINE_SHAPE: Shape = { spec: PIPELINE_SPEC };
export const STEP_ACTION_SHAPE: Shape = { spec: STEP_FIELDS };

const WORKSPACES: Shape = [{
  name: "name",
  subPath: "text",
  persistentVolumeClaim: { claimName: "text" },
  volumeClaimTemplate: {},
  configMap: { name: "text" },
  secret: { secretName: "text" },
}];
const RUN_SPEC = {
  params: VALUES,
  workspaces: WORKSPACES,
  pipelineRef: REF,
  pipelineSpec: PIPELINE_SPEC,
  taskRef: REF,
  taskSpec: TASK_SPEC,
  status: "text",
  timeout: "text",
  timeouts: { pipeline: "text", tasks: "text", finally: "text" },
  taskRunTemplate: {},
  taskRunSpecs: [{
    pipelineTaskName: "text",
    metadata: { labels: "texts", annotations: "texts" },
    stepSpecs: NAMED,
    stepOverrides: NAMED,
  }],
  stepSpecs: NAMED,
  stepOverrides: NAMED,
  sidecarSpecs: NAMED,
  sidecarOverrides: NAMED,
  serviceAccountName: "text",
} as const;

/** A run from a file that a user wrote. */
export const RUN_SHAPE: Shape = {
  apiVersion: "text",
  kind: "text",
  metadata: METADATA_SHAPE,
  spec: RUN_SPEC,
};

const CONDITIONS: Shape = [{ type: "name", status: "name", reason: "text", message: "text" }];
const ENDED = {
  startTime: "text",
  completionTime: "text",
  conditions: CONDITIONS,
  results: NAMED,
} as const;

export const TASK_RUN_SHAPE: Shape = {
  spec: RUN_SPEC,
  status: {
    ...ENDED,
    podName: "text",
    steps: [{
      name: "text",
      container: "text",
      terminated: {
        exitCode: "number",
        reason: "text",
        message: "text",
        startedAt: "text",
        finishedAt: "text",
      },
      running: {},
      terminationReason: "text",
    }],
    taskSpec: TASK_SPEC,
  },
};

export const PIPELINE_RUN_SHAPE: Shape = {
  spec: RUN_SPEC,
  status: {
    ...ENDED,
    childReferences: [{ name: "name", pipelineTaskName: "text", displayName: "text" }],
    skippedTasks: [{ name: "name", reason: "text" }],
    pipelineSpec: PIPELINE_SPEC,
  },
};

export const RESOLUTION_REQUEST_SHAPE: Shape = {
  status: { conditions: CONDITIONS, data: "text" },
};
