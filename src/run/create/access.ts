/** Checks, before a run is created, that the user has every right that an upload takes. */
import { ClusterError, ExpectedError } from "../../errors.ts";
import type { Access, Kube } from "../../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../../kube/limit.ts";
import { asFlags, isStatus } from "../../kube/status.ts";
import { RESOURCE_OF, type RunKind } from "../../tekton/model.ts";

/**
 * Throws ClusterError for the first missing right. Without this check a run would be created and
 * held, and only then turn out to be out of reach.
 */
export async function checkAccess(kube: Kube, namespace: string, kind: RunKind): Promise<void> {
  const [denied] = (await missingRights(kube, namespace, [kind])).missing;
  if (denied === undefined) return;
  throw new ClusterError(
    `Cannot upload in namespace "${namespace}": ${whoAsks(kube)} may not ${
      accessText(denied)
    } (403)`,
    { hint: `ask for this right; ${checkCommand(kube, namespace, denied)} checks it` },
  );
}

/**
 * Returns which of the rights that runs with an upload take are missing, in the order in which they
 * are needed, and how many are needed. For `mustAnswer` see Kube.denied.
 */
export async function missingRights(
  kube: Kube,
  namespace: string,
  kinds: readonly RunKind[],
  options: { mustAnswer?: boolean } = {},
): Promise<{ missing: Access[]; needed: number }> {
  const needs = new Map(
    kinds.flatMap((kind) => neededRights(kind, kube.execVerbs)).map((ways) => [
      ways.map(accessText).join(" or "),
      ways,
    ]),
  );
  const asked = new Set([...needs.values(), CREATE_EXEC].flat());
  const denied = new Set(await kube.denied(namespace, [...asked], options));
  const missing = [...needs.values()].filter((ways) => ways.every((way) => denied.has(way)))
    .map(([first]) => first);
  const mayExec = missing.every(({ subresource }) => subresource !== "exec");
  if (mayExec && denied.has(CREATE_EXEC) && await wantsCreate(kube, namespace)) {
    missing.push(CREATE_EXEC);
  }
  return { missing, needed: needs.size };
}

const EXEC = { group: "", resource: "pods", subresource: "exec" };
const CREATE_EXEC: Access = { verb: "create", ...EXEC };

/**
 * Whether the API server wants the right to create pods/exec for websockets too, though their verb
 * is `get`: from Kubernetes 1.35 on, unless AuthorizePodWebsocketUpgradeCreatePermission is off,
 * one of its feature gates. It looks at the right before it looks for the pod, so a pod that does
 * not exist shows it.
 * Source: kubernetes/pkg/registry/core/pod/rest/subresources.go.
 */
async function wantsCreate(kube: Kube, namespace: string): Promise<boolean> {
  const nowhere = { namespace, pod: "tkn-dev-has-no-such-pod", container: "none" };
  try {
    await kube.exec({ ...nowhere, command: ["true"], deadlineMs: SHORT_COMMAND_MS });
    return false;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return isStatus(error, 403); // any other failure shows in the operation itself
  }
}

/** Returns `create pipelineruns.tekton.dev`, or `get pods/exec`. */
export function accessText({ verb, group, resource, subresource }: Access): string {
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${path}${group === "" ? "" : `.${group}`}`;
}

/** Returns "you", or the impersonated user. */
export function whoAsks({ actsAs }: Pick<Kube, "actsAs">): string {
  return actsAs === undefined ? "you" : `user "${actsAs.user}"`;
}

/** Returns the command line of kubectl that asks for the right. */
function checkCommand(
  { actsAs }: Pick<Kube, "actsAs">,
  namespace: string,
  { verb, group, resource, subresource }: Access,
): string {
  const plural = group === "" ? resource : `${resource}.${group}`;
  const flag = subresource === undefined ? "" : ` --subresource=${subresource}`;
  return `kubectl auth can-i ${verb} ${plural}${flag} -n ${namespace}${asFlags(actsAs)}`;
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
    execVerbs.map((verb) => verb === CREATE_EXEC.verb ? CREATE_EXEC : { verb, ...EXEC }),
  ];
}
