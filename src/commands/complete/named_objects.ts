/** The kinds of objects whose names a user chooses, and what is said about one. */
import type { ObjectKind } from "../../cli/completion/names.ts";
import type { KubeObject, Resource } from "../../kube/interface.ts";
import { CLAIMS, STORAGE_CLASSES } from "../../objects/claims.ts";
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from "../../objects/core.ts";
import { PIPELINES, TASKS } from "../../tekton/model.ts";

export const RESOURCES: Readonly<Record<ObjectKind, Resource>> = {
  "pipelines": PIPELINES,
  "tasks": TASKS,
  "claims": CLAIMS,
  "secrets": SECRETS,
  "config maps": CONFIG_MAPS,
  "service accounts": SERVICE_ACCOUNTS,
  "storage classes": STORAGE_CLASSES,
};

/** The state and size of a claim; the title of anything else. */
export function objectText({ metadata, status }: KubeObject): string | undefined {
  const { phase, capacity } = (status ?? {}) as { phase?: unknown; capacity?: unknown };
  const { storage } = (capacity ?? {}) as { storage?: unknown };
  const facts = [phase, storage].filter((fact) => typeof fact === "string");
  return facts.length > 0 ? facts.join(", ") : metadata.annotations?.["tekton.dev/displayName"];
}
