/** Checks each right that the commands take. */
import type { Access, Kube } from "../../kube/interface.ts";
import { accessText, checkCommand, missingRights, whoAsks } from "../../run/create/access.ts";
import type { RunKind } from "../../tekton/model.ts";
import { shellWord } from "../../view/text/shell_word.ts";
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

/** @param named the user as the server knows it, for the command that grants the rights */
export async function checkRights(
  kube: Kube,
  named: Promise<string | undefined>,
): Promise<Finding[]> {
  const { namespace } = kube;
  const [{ missing, needed }, missed, user] = await Promise.all([
    missingRights(kube, namespace, RUN_KINDS),
    kube.denied(namespace, USEFUL.map(({ access }) => access)),
    named,
  ]);
  const findings: Finding[] = missing.map((access, at) => ({
    check: "rights",
    state: "failure",
    text: `${whoAsks(kube)} may not ${accessText(access)} in namespace ${namespace}`,
    ...(at === missing.length - 1 ? { command: grant(namespace, user) } : {}), // mends all of them
  }));
  const useful = USEFUL.filter(({ access }) => missed.includes(access))
    .map(({ access, lost }): Finding => ({
      check: "rights",
      state: "warning",
      text: `${whoAsks(kube)} may not ${accessText(access)}: ${lost}`,
      command: checkCommand(kube, namespace, access),
    }));
  if (missing.length > 0) return [...findings, ...useful];
  const text = `all ${needed} that an upload needs in namespace ${namespace}`;
  return [{ check: "rights", state: "ok", text }, ...useful];
}

/** The command for somebody who may grant rights: Kubernetes' role `edit` has all of them. */
function grant(namespace: string, user = "USER"): string {
  return `kubectl create rolebinding tkn-dev --clusterrole=edit --user=${
    shellWord(user)
  } -n ${namespace}`;
}
