/** Checks each right that the commands take. */
import type { Access, Kube } from "../../kube/interface.ts";
import { accessText, checkCommand, neededRights, whoAsks } from "../../run/create/access.ts";
import type { RunKind } from "../../tekton/model.ts";
import type { Finding } from "../../view/findings.ts";

const RUN_KINDS: readonly RunKind[] = ["PipelineRun", "TaskRun"];

/** Rights without which something is missing, but an upload works. */
const USEFUL: readonly { readonly access: Access; readonly lost: string }[] = [
  {
    access: { verb: "patch", group: "tekton.dev", resource: "pipelineruns" },
    lost: "Ctrl-C cannot cancel a run",
  },
  {
    access: { verb: "create", group: "resolution.tekton.dev", resource: "resolutionrequests" },
    lost: "references by git, hub or bundles need --allow-probe or --resolve-here",
  },
  {
    access: { verb: "list", group: "", resource: "events" },
    lost: "why a pod does not start is not told",
  },
  {
    access: { verb: "list", group: "", resource: "persistentvolumeclaims" },
    lost: "claims are not offered by name",
  },
];

/** @param user as the server knows it, for the command that grants the rights */
export async function checkRights(kube: Kube, user: string | undefined): Promise<Finding[]> {
  const { namespace } = kube;
  const needed = distinct(RUN_KINDS.flatMap(neededRights));
  const [denied, missed] = await Promise.all([
    kube.denied(namespace, needed),
    kube.denied(namespace, USEFUL.map(({ access }) => access)),
  ]);
  const findings: Finding[] = denied.map((access, at) => ({
    check: "rights",
    state: "failure",
    text: `${whoAsks(kube)} may not ${accessText(access)} in namespace ${namespace}`,
    ...(at === denied.length - 1 ? { fix: grant(namespace, user) } : {}), // mends all of them
  }));
  const useful = USEFUL.filter(({ access }) => missed.includes(access))
    .map(({ access, lost }): Finding => ({
      check: "rights",
      state: "warning",
      text: `${whoAsks(kube)} may not ${accessText(access)}: ${lost}`,
      fix: `${checkCommand(kube, namespace, access)} checks it`,
    }));
  if (denied.length > 0) return [...findings, ...useful];
  const text = `all ${needed.length} that an upload needs in namespace ${namespace}`;
  return [{ check: "rights", state: "ok", text }, ...useful];
}

/** The command for somebody who may grant rights: Kubernetes' role `edit` has all of them. */
function grant(namespace: string, user = "USER"): string {
  return `kubectl create rolebinding tkn-dev --clusterrole=edit --user=${user} -n ${namespace}`;
}

function distinct(all: readonly Access[]): Access[] {
  return [...new Map(all.map((access) => [accessText(access), access])).values()];
}
