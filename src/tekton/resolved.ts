/** What a resolver returned, read as the kind that was asked for: pure. */
import { ClusterError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked, isRecord, type Shape } from "../shape.ts";
import type { Param, ParamSpec } from "./model.ts";
import { METADATA_SHAPE, PIPELINE_SHAPE, STEP_ACTION_SHAPE, TASK_SHAPE } from "./shapes.ts";
import { pipelineFromV1beta1, taskFromV1beta1 } from "./v1beta1.ts";

/** A reference to an object by a resolver, its params filled in. */
export interface RemoteReference {
  readonly kind: "Task" | "Pipeline" | "StepAction";
  /** Whose it is: `task "clone"`. */
  readonly owner: string;
  readonly resolver: string;
  readonly params: Param[];
  /** The reference's name, where that is a URL (Tekton's concise resolver syntax). */
  readonly url?: string;
}

/** The start of every refusal: `Cannot resolve the Task of task "clone"`. */
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
 * `documents` are those of the YAML or JSON that the resolver returned: as with Tekton the first one
 * counts. Throws ClusterError for another kind, an unknown version, or nothing.
 */
export function readResolved<T extends KubeObject>(
  reference: RemoteReference,
  documents: readonly unknown[],
): T {
  const what = `${cannotResolve(reference)} by "${reference.resolver}"`;
  const hint = "look at the params of its reference";
  const [object] = documents;
  if (!isRecord(object) || !("kind" in object)) {
    throw new ClusterError(`${what}: what came is no Kubernetes object`, { hint });
  }
  const found = checked(object, { apiVersion: "text", kind: "text", metadata: METADATA_SHAPE });
  if ("why" in found) throw new ClusterError(`${what}: of what came ${found.why}`, { hint });
  const { apiVersion = "", kind = "", metadata, spec, ...rest } = found.value as Partial<
    KubeObject
  >;
  if (kind !== reference.kind) {
    throw new ClusterError(`${what}: what came is a ${kind}`, { hint });
  }
  const convert = CONVERT[reference.kind][apiVersion];
  if (!Object.hasOwn(CONVERT[reference.kind], apiVersion)) {
    throw new ClusterError(`${what}: what came is of version ${apiVersion}, which is not known`, {
      hint: `one of: ${Object.keys(CONVERT[reference.kind]).join(", ")}`,
    });
  }
  if (typeof spec !== "object" || spec === null) {
    throw new ClusterError(`${what}: what came has no spec`, { hint });
  }
  const ofKind = checked({ spec }, SHAPES[reference.kind]);
  if ("why" in ofKind) throw new ClusterError(`${what}: of what came ${ofKind.why}`, { hint });
  const read = { ...rest, apiVersion, kind, metadata: metadata ?? {}, spec };
  return withTextDefaults(convert(read, what)) as T;
}

/** A default that YAML reads as a number or a truth value is a text to Tekton. */
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
