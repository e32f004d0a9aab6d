/** Reads the object that a resolver returned, and checks its kind and version. Pure. */
import { ClusterError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked, isRecord, type Shape } from "../shape.ts";
import type { Param, ParamSpec } from "./model.ts";
import { METADATA_SHAPE, PIPELINE_SHAPE, STEP_ACTION_SHAPE, TASK_SHAPE } from "./shapes.ts";
import { pipelineFromV1beta1, taskFromV1beta1 } from "./v1beta1.ts";

export type DefinitionKindName = "Task" | "Pipeline" | "StepAction";

/** A reference to an object by a resolver, its params filled in. */
export interface RemoteReference {
  readonly kind: DefinitionKindName;
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
  DefinitionKindName,
  Record<string, (object: KubeObject, what: string) => KubeObject>
> = {
  Task: { "tekton.dev/v1": (task) => task, "tekton.dev/v1beta1": taskFromV1beta1 },
  Pipeline: { "tekton.dev/v1": (one) => one, "tekton.dev/v1beta1": pipelineFromV1beta1 },
  StepAction: { "tekton.dev/v1beta1": (one) => one, "tekton.dev/v1alpha1": (one) => one },
};

const SHAPES: Record<DefinitionKindName, Shape> = {
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
  const lookAt = "look at the params of its reference";
  const refuse = (why: string, hint = lookAt) => new ClusterError(`${what}: ${why}`, { hint });
  const [object] = documents;
  if (!isRecord(object) || !("kind" in object)) {
    throw refuse("the resolver returned no Kubernetes object");
  }
  const { kind } = object;
  if (typeof kind === "string" && kind !== reference.kind) {
    throw refuse(`the resolver returned a ${kind}`);
  }
  return readDefinition(reference.kind, object, {
    what,
    refuse: (why, hint) => refuse(why.replace(/^it(?= has)/, "the returned object"), hint),
    inside: "in the returned object ",
  });
}

/**
 * Returns an object of that kind in the current version. `refuse` makes the error for another
 * shape, `inside` starts its text, and `what` starts the message of a ClusterError for fields that
 * Tekton no longer takes.
 */
export function readDefinition<T extends KubeObject>(
  definitionKind: DefinitionKindName,
  object: unknown,
  { what, refuse, inside = "" }: {
    what: string;
    refuse: (why: string, hint?: string) => Error;
    inside?: string;
  },
): T {
  const found = checked(object, { apiVersion: "text", kind: "text", metadata: METADATA_SHAPE });
  if ("why" in found) throw refuse(`${inside}${found.why}`);
  const { apiVersion = "", kind = "", metadata, spec, ...rest } = found.value as Partial<
    KubeObject
  >;
  if (!Object.hasOwn(CONVERT[definitionKind], apiVersion)) {
    const versions = Object.keys(CONVERT[definitionKind]).join(", ");
    throw refuse(`it has the unknown version ${apiVersion}`, `one of: ${versions}`);
  }
  if (typeof spec !== "object" || spec === null) throw refuse("it has no spec");
  const ofKind = checked({ spec }, SHAPES[definitionKind]);
  if ("why" in ofKind) throw refuse(`${inside}${ofKind.why}`);
  const read = { ...rest, apiVersion, kind, metadata: metadata ?? {}, spec };
  return withTextDefaults(CONVERT[definitionKind][apiVersion](read, what)) as T;
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
