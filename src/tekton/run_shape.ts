/**
 * Whether a run out of a file has the shape that the rest of the program counts on, where that reads it: lists are
 * lists, and texts are texts. The cluster judges all else. Pure.
 */
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";

type Shape = "text" | "name" | readonly [Shape] | { readonly [key: string]: Shape };

const NAMED = [{ name: "name" }] as const;
const TEXTS = ["text"] as const;
const PARAMS = [{ name: "name", type: "text", description: "text", properties: {} }] as const;
const STEP = {
  name: "text",
  image: "text",
  script: "text",
  workingDir: "text",
  command: TEXTS,
  args: TEXTS,
  env: [{ name: "text", value: "text", valueFrom: {} }],
  envFrom: [{}],
  volumeMounts: [{ name: "text", mountPath: "text" }],
  workspaces: NAMED,
  results: NAMED,
  when: [{}],
  ref: { name: "text", resolver: "text", params: PARAMS },
  params: PARAMS,
} as const;
const TASK_SPEC = {
  params: PARAMS,
  results: NAMED,
  workspaces: NAMED,
  volumes: NAMED,
  steps: [STEP],
  stepTemplate: STEP,
  sidecars: [STEP],
} as const;
const REF = { name: "text", kind: "text", resolver: "text", params: PARAMS } as const;
const MATRIX = { params: PARAMS, include: [{ name: "text", params: PARAMS }] } as const;
const TASK = {
  name: "text",
  timeout: "text",
  taskRef: REF,
  taskSpec: { ...TASK_SPEC, metadata: { labels: {}, annotations: {} } },
  params: PARAMS,
  workspaces: [{ name: "text", workspace: "text", subPath: "text" }],
  runAfter: TEXTS,
  when: [{}],
  matrix: MATRIX,
} as const;
const PIPELINE_SPEC = {
  params: PARAMS,
  workspaces: NAMED,
  results: NAMED,
  tasks: [TASK],
  finally: [TASK],
} as const;
const RUN: Shape = {
  metadata: { name: "text", generateName: "text", namespace: "text", labels: {}, annotations: {} },
  spec: {
    params: PARAMS,
    workspaces: NAMED,
    pipelineRef: REF,
    pipelineSpec: PIPELINE_SPEC,
    taskRef: REF,
    taskSpec: TASK_SPEC,
    timeout: "text",
    timeouts: { pipeline: "text", tasks: "text", finally: "text" },
    taskRunSpecs: [{ pipelineTaskName: "text", stepSpecs: NAMED, stepOverrides: NAMED }],
    stepSpecs: NAMED,
    stepOverrides: NAMED,
    sidecarSpecs: NAMED,
    sidecarOverrides: NAMED,
    serviceAccountName: "text",
  },
};

/**
 * The run, without fields that are null: Kubernetes takes them for absent. `what` begins the error's words. Throws
 * UsageError.
 */
export function checkedRun(run: KubeObject, what: string): KubeObject {
  const cleaned = withoutNulls(run) as KubeObject;
  const why = whyNot(cleaned, RUN, "");
  if (why === undefined) return cleaned;
  throw new UsageError(`${what}: ${why}`, {
    hint: "kubectl create --dry-run=server tells what else is wrong with it",
  });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNulls(one)]));
}

/** The first place with another shape: "spec.taskSpec.steps[0].script is no text". */
function whyNot(value: unknown, shape: Shape, path: string): string | undefined {
  if (value === undefined) return shape === "name" ? `${path} is missing` : undefined;
  if (shape === "text" || shape === "name") {
    return typeof value === "string" ? undefined : `${path} is no text`;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${path} is no list`;
    return first(value, (item, at) => whyNot(item, shape[0], `${path}[${at}]`));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `${path} is no object`;
  }
  return first(Object.entries(shape), ([key, inner]) =>
    whyNot(
      (value as Record<string, unknown>)[key],
      inner,
      path === "" ? key : `${path}.${key}`,
    ));
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function first<T>(items: readonly T[], find: (item: T, at: number) => string | undefined) {
  for (const [at, item] of items.entries()) {
    const found = find(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
