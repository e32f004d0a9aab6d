/**
 * Fields that Tekton's types do not have. The API server drops them, or rejects them if the client
 * asks for strict validation. Inside inline specs, which the CRDs preserve, Tekton's webhook always
 * rejects them.
 */
import type { KubeObject } from "../../../kube/interface.ts";
import { ApiError, badRequest } from "../../store/api_error.ts";
import type { Kind } from "../../store/kinds.ts";

/** A type: its fields, the types of some fields, and whether the CRD preserves unknown fields. */
interface Type {
  readonly fields: readonly string[];
  readonly types?: Readonly<Record<string, () => Type>>;
  readonly isKept?: boolean;
}

const words = (text: string) => text.split(" ");

const STEP: Type = {
  fields: words(
    "name displayName image command args workingDir envFrom env computeResources volumeMounts " +
      "volumeDevices imagePullPolicy securityContext script timeout workspaces onError stdoutConfig " +
      "stderrConfig ref params results when",
  ),
};
const TASK_SPEC: Type = {
  fields: words(
    "params displayName description steps volumes stepTemplate sidecars workspaces results",
  ),
  types: { steps: () => STEP },
};
const INLINE_TASK: Type = { ...TASK_SPEC, isKept: true };
const EMBEDDED_TASK: Type = {
  ...INLINE_TASK,
  fields: [...TASK_SPEC.fields, "apiVersion", "kind", "metadata", "spec"],
};
const PIPELINE_TASK: Type = {
  fields: words(
    "name displayName description taskRef taskSpec when retries runAfter params matrix workspaces " +
      "timeout pipelineRef pipelineSpec onError",
  ),
  types: { taskSpec: () => EMBEDDED_TASK },
};
const PIPELINE_SPEC: Type = {
  fields: words("displayName description tasks params workspaces results finally"),
  types: { tasks: () => PIPELINE_TASK, finally: () => PIPELINE_TASK },
};
const DEBUG: Type = {
  fields: [],
  types: { breakpoints: () => ({ fields: ["onFailure", "beforeSteps"] }) },
};
const TYPES: Record<string, Type> = {
  Task: TASK_SPEC,
  Pipeline: PIPELINE_SPEC,
  TaskRun: {
    fields: words(
      "debug params serviceAccountName taskRef taskSpec status statusMessage retries timeout " +
        "podTemplate workspaces stepSpecs sidecarSpecs computeResources managedBy",
    ),
    types: { taskSpec: () => INLINE_TASK, debug: () => DEBUG },
  },
  PipelineRun: {
    fields: words(
      "pipelineRef pipelineSpec params status timeouts workspaces taskRunTemplate taskRunSpecs managedBy",
    ),
    types: { pipelineSpec: () => ({ ...PIPELINE_SPEC, isKept: true }) },
  },
};

/** Removes unknown fields from the object. Throws ApiError. */
export function prune(kind: Kind, object: KubeObject, isStrict: boolean): void {
  const unknown: string[] = [];
  visit(object.spec, TYPES[kind.kind], { path: "spec", isKept: false, unknown });
  if (unknown.length === 0 || !isStrict) return;
  const list = unknown.map((path) => `unknown field "${path}"`).join(", ");
  throw badRequest(
    `${kind.kind} in version "v1" cannot be handled as a ${kind.kind}: strict decoding error: ${list}`,
  );
}

interface Place {
  readonly path: string;
  readonly isKept: boolean;
  readonly unknown: string[];
}

function visit(value: unknown, type: Type, place: Place): void {
  if (Array.isArray(value)) {
    value.forEach((item, at) => visit(item, type, { ...place, path: `${place.path}[${at}]` }));
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const isKept = place.isKept || type.isKept === true;
  const fields = value as Record<string, unknown>;
  for (const [name, item] of Object.entries(fields)) {
    const path = `${place.path}.${name}`;
    const known = type.types?.[name];
    if (known !== undefined) visit(item, known(), { ...place, path, isKept });
    else if (type.fields.includes(name)) continue;
    else if (isKept) throw undecodable(name);
    else {
      place.unknown.push(path);
      delete fields[name];
    }
  }
}

function undecodable(field: string): ApiError {
  return badRequest(
    'admission webhook "webhook.pipeline.tekton.dev" denied the request: mutation failed: ' +
      `cannot decode incoming new object: json: unknown field "${field}"`,
  );
}
