/** Checks each right that the commands take. */
import type { Access, Kube } from "../../kube/interface.ts";
import { accessText, missingRights, whoAsks } from "../../run/create/access.ts";
import type { RunKind } from "../../tekton/model.ts";
import type { Finding } from "../../view/findings.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { foundError } from "./finding.ts";

const CHECK = "rights";
const RUN_KINDS: readonly RunKind[] = ["PipelineRun", "TaskRun"];

/** Rights without which something is missing, but an upload works. */
const USEFUL: readonly {
  readonly access: Access;
  readonly lost: string;
  /** The Role that has it is not Kubernetes' role `edit`. */
  readonly isApart?: true;
}[] = [
  {
    access: { verb: "patch", group: "tekton.dev", resource: "pipelineruns" },
    lost: "Ctrl-C cannot cancel a run",
  },
  {
    access: { verb: "create", group: "resolution.tekton.dev", resource: "resolutionrequests" },
    lost: "references by git, hub or bundles need --allow-probe or --resolve-here",
    isApart: true,
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

/** @param named the user as the server knows it, for the commands that grant rights */
export async function checkRights(
  kube: Kube,
  named: Promise<string | undefined>,
): Promise<Finding[]> {
  try {
    return await findings(kube, named);
  } catch (error) {
    const { text, fix } = foundError(CHECK, error);
    return [{ check: CHECK, state: "warning", text: `not known: ${text}`, fix }];
  }
}

async function findings(kube: Kube, named: Promise<string | undefined>): Promise<Finding[]> {
  const { namespace } = kube;
  const mustAnswer = true;
  const [{ missing, needed }, missed, user] = await Promise.all([
    missingRights(kube, namespace, RUN_KINDS, { mustAnswer }),
    kube.denied(namespace, USEFUL.map(({ access }) => access), { mustAnswer }),
    named,
  ]);
  const who = whoAsks(kube);
  // The role that mends what an upload lacks has the useful rights, too.
  const useful = USEFUL.filter(({ access, isApart }) =>
    missed.includes(access) && (missing.length === 0 || isApart)
  ).map(({ access, lost, isApart }): Finding => ({
    check: CHECK,
    state: "warning",
    text: `${who} may not ${accessText(access)}: ${lost}`,
    command: isApart ? grantRequests(namespace, user) : grantEdit(namespace, user),
  }));
  if (missing.length === 0) {
    const text = `all ${needed} that an upload needs in namespace ${namespace}`;
    return [{ check: CHECK, state: "ok", text }, ...useful];
  }
  const failure: Finding = {
    check: CHECK,
    state: "failure",
    text: `${who} may not, in namespace ${namespace}: ${missing.map(accessText).join(", ")}`,
    fix: missing.length === needed
      ? "if it is the right namespace, ask somebody who may grant rights:"
      : "ask somebody who may grant rights:",
    command: grantEdit(namespace, user),
  };
  return [failure, ...useful];
}

/** Kubernetes' role `edit` has all rights that an upload needs. */
function grantEdit(namespace: string, user = "USER"): string {
  return `kubectl create rolebinding tkn-dev --clusterrole=edit --user=${shellWord(user)}` +
    ` -n ${namespace}`;
}

function grantRequests(namespace: string, user = "USER"): string {
  const name = "tkn-dev-resolution";
  const resource = "resolutionrequests.resolution.tekton.dev";
  return `kubectl create role ${name} --verb=create,get,list,watch,delete --resource=${resource}` +
    ` -n ${namespace} && kubectl create rolebinding ${name} --role=${name}` +
    ` --user=${shellWord(user)} -n ${namespace}`;
}
