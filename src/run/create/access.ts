/** Checks, before a run is created, that the user has every right that an upload takes. */
import { ClusterError } from "../../errors.ts";
import type { Access, Kube } from "../../kube/interface.ts";
import { RESOURCE_OF, type RunKind } from "../../tekton/model.ts";

/**
 * Throws ClusterError for the first missing right. Without this check a run would be created and
 * held, and only then turn out to be out of reach.
 */
export async function checkAccess(kube: Kube, namespace: string, kind: RunKind): Promise<void> {
  const needs = neededRights(kind, kube.execVerbs);
  const refused = new Set(await kube.denied(namespace, needs.flat()));
  const denied = needs.find((ways) => ways.every((access) => refused.has(access)))?.[0];
  if (denied === undefined) return;
  const resource = [denied.resource, denied.subresource].filter(Boolean).join("/");
  const group = denied.group === "" ? "" : `.${denied.group}`;
  const subresource = denied.subresource === undefined
    ? ""
    : ` --subresource=${denied.subresource}`;
  const check = `kubectl auth can-i ${denied.verb} ${denied.resource}${group}${subresource}`;
  throw new ClusterError(
    `Cannot upload in namespace "${namespace}": ` +
      `you may not ${denied.verb} ${resource}${group} (403)`,
    { hint: `ask for this right; ${check} -n ${namespace} checks it` },
  );
}

/** Returns the rights in lists, of each of which one is enough. */
function neededRights(kind: RunKind, execVerbs: Kube["execVerbs"]): Access[][] {
  const group = "tekton.dev";
  const pods = { group: "", resource: "pods" };
  return [
    [{ verb: "create", group, resource: RESOURCE_OF[kind].plural }],
    [{ verb: "watch", group, resource: RESOURCE_OF[kind].plural }],
    [{ verb: "watch", group, resource: "taskruns" }],
    [{ verb: "watch", ...pods }],
    [{ verb: "get", ...pods, subresource: "log" }],
    execVerbs.map((verb) => ({ verb, ...pods, subresource: "exec" })),
  ];
}
