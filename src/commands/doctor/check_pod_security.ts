/**
 * Explains a refusal by pod security. Tekton adds containers to the pods of runs, which have no
 * securityContext without its flag set-security-context. Where the namespace refuses a pod without
 * one, it then refuses every run.
 */
import { ExpectedError } from "../../errors.ts";
import { type Kube, PODS } from "../../kube/interface.ts";
import { newestFirst } from "../../objects/object_age.ts";
import type { FeatureFlags } from "../../objects/tekton_version.ts";
import { LABEL } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { POD_SECURITY_HINT } from "../../tekton/pod_security.ts";
import type { Finding } from "../../view/findings.ts";

/** The flag, if it is known, and where it was read. */
type KnownFlag =
  | { readonly isSet: boolean; readonly namespace?: string; readonly source?: string }
  | undefined;

/** @param flags undefined if the user may not read them: a pod of an earlier run may show one */
export async function podSecurityFinding(
  kube: Kube,
  refused: string,
  flags: FeatureFlags | undefined,
): Promise<Finding> {
  const known = flags === undefined ? await shownByPod(kube) : {
    isSet: flags.data["set-security-context"] === "true",
    namespace: flags.namespace,
  };
  const check = "pods";
  if (known === undefined) {
    const text = `${refused}. Whether Tekton's own containers violate it too is not known: you ` +
      "may not read its flag set-security-context, and no pod of a run shows it";
    return { check, state: "warning", text, fix: POD_SECURITY_HINT };
  }
  const { isSet, namespace = "tekton-pipelines", source } = known;
  const as = source === undefined ? "" : `, as pod ${source} shows`;
  if (isSet) {
    const text = `${refused}. Tekton's own containers comply${as}`;
    return { check, state: "warning", text, fix: POD_SECURITY_HINT };
  }
  return {
    check,
    state: "failure",
    text: `${refused}. Tekton's own containers violate it too${as}: its flag ` +
      "set-security-context is not set",
    fix: "ask an administrator of Tekton for this change; each step also needs a securityContext",
    command: `kubectl patch configmap feature-flags -n ${namespace} --type merge ` +
      `-p '{"data":{"set-security-context":"true"}}'`,
  };
}

/** Tekton's first container of each pod. The flag forbids it, as the others, more privileges. */
const PREPARE = "prepare";

/** Looks at the newest pod of a run, which shows the flag as it was then. */
async function shownByPod(kube: Kube): Promise<KnownFlag> {
  try {
    const selector = { namespace: kube.namespace, labels: LABEL.taskRun };
    const pods = (await kube.list<Pod>(PODS, selector)).toSorted(newestFirst);
    for (const { metadata: { name }, spec } of pods) {
      const own = spec?.initContainers?.find((container) => container.name === PREPARE);
      if (own === undefined) continue;
      // An admission plugin of the cluster may set other fields.
      return { isSet: own.securityContext?.allowPrivilegeEscalation === false, source: name };
    }
    return undefined;
  } catch (error) {
    if (error instanceof ExpectedError) return undefined;
    throw error;
  }
}
