/** Checks, before a run is created, that the user has every right that an upload takes. */
import { ClusterError } from "../../errors.ts";
import type { Access, Kube } from "../../kube/interface.ts";
import { asFlags } from "../../kube/status.ts";
import { RESOURCE_OF, type RunKind } from "../../tekton/model.ts";

/**
 * Throws ClusterError for the first missing right. Without this check a run would be created and
 * held, and only then turn out to be out of reach.
 */
export async function checkAccess(kube: Kube, namespace: string, kind: RunKind): Promise<void> {
  const [denied] = await kube.denied(namespace, neededRights(kind));
  if (denied === undefined) return;
  const resource = [denied.resource, denied.subresource].filter(Boolean).join("/");
  const group = denied.group === "" ? "" : `.${denied.group}`;
  const subresource = denied.subresource === undefined
    ? ""
    : ` --subresource=${denied.subresource}`;
  const check = `kubectl auth can-i ${denied.verb} ${denied.resource}${group}${subresource}` +
    ` -n ${namespace}${asFlags(kube.actsAs)}`;
  const who = kube.actsAs === undefined ? "you" : `user "${kube.actsAs.user}"`;
  throw new ClusterError(
    `Cannot upload in namespace "${namespace}": ` +
      `${who} may not ${denied.verb} ${resource}${group} (403)`,
    { hint: `ask for this right; ${check} checks it` },
  );
}

function neededRights(kind: RunKind): Access[] {
  const group = "tekton.dev";
  const pods = { group: "", resource: "pods" };
  return [
    { verb: "create", group, resource: RESOURCE_OF[kind].plural },
    { verb: "watch", group, resource: RESOURCE_OF[kind].plural },
    { verb: "watch", group, resource: "taskruns" },
    { verb: "watch", ...pods },
    { verb: "get", ...pods, subresource: "log" },
    // The websocket upgrade is a GET; API servers from 1.35 on also require create.
    { verb: "get", ...pods, subresource: "exec" },
  ];
}
