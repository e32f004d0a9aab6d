/** Finds mistyped fields in the objects of files. */
import { suggest } from "../../cli/suggest.ts";
import { UsageError } from "../../errors.ts";
import { unknownFields } from "../../tekton/field_names.ts";
import { knownFields } from "../../tekton/known_fields.ts";

/** Names of v1beta1, and what they are in v1. */
const RENAMED: Record<string, string> = {
  resources: "computeResources",
  stepOverrides: "stepSpecs",
  sidecarOverrides: "sidecarSpecs",
  taskServiceAccountName: "serviceAccountName",
  taskPodTemplate: "podTemplate",
  serviceAccountName: "taskRunTemplate.serviceAccountName",
  podTemplate: "taskRunTemplate.podTemplate",
  timeout: "timeouts.pipeline",
};

/**
 * Returns the fields that the program does not know, alike ones as one. A newer Tekton may know
 * them, so the cluster decides. Throws UsageError for a field whose name is close to one that is
 * known in its place.
 */
export function unknownOf(
  object: { readonly kind: string; readonly apiVersion?: unknown },
  what: string,
): string[] {
  const unknown = unknownFields(object, knownFields(object.kind, `${object.apiVersion}`));
  for (const { path, name, known } of unknown) {
    const meant = meantBy(name, known);
    if (meant === undefined) continue;
    throw new UsageError(`${what}: unknown field "${path}"`, { hint: `did you mean ${meant}?` });
  }
  const alike = Map.groupBy(unknown, ({ path }) => path.replaceAll(/\[\d+\]/g, "[]"));
  return [...alike.values()].map(([{ path }, ...more]) =>
    more.length === 0 ? path : `${path} (and ${more.length} more)`
  );
}

/** `field` is with its place: `spec.x of Task "y" of f.yaml`. */
export function unknownNote(field: string): string {
  return `This version does not know the field ${field}`;
}

function meantBy(name: string, known: readonly string[]): string | undefined {
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  if (renamed !== undefined && known.includes(renamed.split(".")[0])) return renamed;
  return suggest(name, known);
}
