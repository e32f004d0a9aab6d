/** Reads the object that a resolver returned, and checks its kind and version. Pure. */
import { ClusterError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked, isRecord, type Shape } from "../shape.ts";
import type { Param, ParamSpec } from "./model.ts";
import { METADATA_SHAPE, PIPELINE_SHAPE, STEP_ACTION_SHAPE, TASK_SHAPE } from "./shapes.ts";
import { pipelineFromV1beta1, taskFromV1beta1 } from "./v1beta1.ts";

/** A reference to an object by a resolver, its params filled in. */
export interface RemoteReference {
  readonly kind: "Task" | "Pipeline" | "StepAction";
  /** The owner of the reference, for messages: `task "clone"`. */
  readonly owner: string;
  readonly resolver: string;
  readonly params: Param[];
  /** The reference's name if it is a URL (Tekton's concise resolver syntax). */
  readonly url?: string;
}

/** Returns the start of every refusal: `Cannot resolve the Task of task "clone"`. */
export function cannotResolve({ kind, owner }: Pick<RemoteReference, "kind" | "owner">): string {
  return `Cannot resolve the ${kind} of ${owner}`;
}

const CONVERT: Record<
  RemoteReference["kind"],
  Record<string, (object: KubeObject, what: string) => KubeObject>
> = {
  Task: { "tekton.dev/v1": (task) => task, "tekton.dev/v1beta1": taskFromV1beta1 },
  Pipeline: { "tekton.dev/v1": (one) => one, "tekton.dev/v1beta1": pipelineFromV1beta1 },
  StepAction: { "tekton.dev/v1beta1": (one) => one, "tekton.dev/v1alpha1": (one) => one },
};

const SHAPES: Record<RemoteReference["kind"], Shape> = {
  Task: TASK_SHAPE,
  Pipeline: PIPELINE_SHAPE,
  StepAction: STEP_ACTION_SHAPE,
};

/**
 * Returns the object in the current version. `documents` are the parsed YAML or JSON documents that
 * the resolver returned; like Tekton, it reads only the first. Throws ClusterError for another
 * kind, an unknown version, or no object.
 */
export function readResolved<T extends KubeObject>(
  reference: RemoteReference,
  documents: readonly unknown[],
): T {
  const what = `${cannotResolve(reference)} by "${reference.resolver}"`;
  const hint = "look at the params of its reference";
  const [object] = documents;
  if (!isRecord(object) || !("kind" in object)) {
    throw new ClusterError(`${what}: the resolver returned no Kubernetes object`, { hint });
  }
  const found = checked(object, { apiVersion: "text", kind: "text", metadata: METADATA_SHAPE });
  if ("why" in found) {
    throw new ClusterError(`${what}: in the returned object ${found.why}`, { hint });
  }
  const { apiVersion = "", kind = "", metadata, spec, ...rest } = found.value as Partial<
    KubeObject
  >;
  if (kind !== reference.kind) {
    throw new ClusterError(`${what}: the resolver returned a ${kind}`, { hint });
  }
  const convert = CONVERT[reference.kind][apiVersion];
  if (!Object.hasOwn(CONVERT[reference.kind], apiVersion)) {
    throw new ClusterError(`${what}: the returned object has the unknown version ${apiVersion}`, {
      hint: `one of: ${Object.keys(CONVERT[reference.kind]).join(", ")}`,
    });
  }
  if (typeof spec !== "object" || spec === null) {
    throw new ClusterError(`${what}: the returned object has no spec`, { hint });
  }
  const ofKind = checked({ spec }, SHAPES[reference.kind]);
  if ("why" in ofKind) {
    throw new ClusterError(`${what}: in the returned object ${ofKind.why}`, { hint });
  }
  const read = { ...rest, apiVersion, kind, metadata: metadata ?? {}, spec };
  return withTextDefaults(convert(read, what)) as T;
}

/** Converts defaults that YAML reads as numbers or booleans to strings, as Tekton does. */
function withTextDefaults(object: KubeObject): KubeObject {
  const spec = object.spec as { params?: ParamSpec[] };
  if (spec.params === undefined) return object;
  const params = spec.params.map((param) =>
    ["number", "boolean"].includes(typeof param.default)
      ? { ...param, default: String(param.default) }
      : param
  );
  return { ...object, spec: { ...spec, params } };
}
