/**
 * Checks whether the namespace lets the pods of runs in, by dry runs: they show quotas, limit
 * ranges, pod security and policies to a user who may not read these objects.
 */
import { ExpectedError } from "../../errors.ts";
import { type Kube, type KubeObject, PODS } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import type { FeatureFlags } from "../../objects/tekton_version.ts";
import { isPodSecurity } from "../../tekton/pod_security.ts";
import type { Finding } from "../../view/findings.ts";
import { podSecurityFinding } from "./check_pod_security.ts";
import { admissionText, DRY_RUN_NAME, overQuota } from "./dry_run.ts";
import { foundRefusal } from "./finding.ts";

const CHECK = "pods";

/** Has the server check a pod with a step's container, without creating it. */
export async function checkPods(
  kube: Kube,
  flags: Promise<FeatureFlags | undefined>,
): Promise<Finding> {
  const error = await refusal(kube);
  if (error === undefined) {
    return { check: CHECK, state: "ok", text: "quota, limits and policies let a step's pod in" };
  }
  return isPodSecurity(error.message)
    ? await podSecurityFinding(kube, refusedText(error), await flags.catch(() => undefined))
    : refusalFinding(kube, error);
}

/** Returns the error of the server for the pod; undefined if it takes it. */
async function refusal(kube: Kube): Promise<ExpectedError | undefined> {
  const containers = [{ name: "step-try", image: "busybox", command: ["true"] }];
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: DRY_RUN_NAME, namespace: kube.namespace },
    spec: { restartPolicy: "Never", containers },
  };
  try {
    await kube.create(PODS, pod, { dryRun: true });
    return undefined;
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
}

function refusedText({ message }: ExpectedError): string {
  return `a step's pod is refused: ${admissionText(message)}`;
}

/** Refusals of admission, by their words: https://kubernetes.io/docs/concepts/policy/ */
function refusalFinding(kube: Kube, error: ExpectedError): Finding {
  const text = refusedText(error);
  if (/exceeded quota/.test(text)) {
    return overQuota(kube, { check: CHECK, text, fix: "cancel or delete runs" });
  }
  if (/failed quota|must specify/.test(text)) {
    return {
      check: CHECK,
      state: "warning",
      text,
      fix: "give the steps computeResources, or ask for a LimitRange with defaults",
    };
  }
  if (/ per (Container|Pod) is /.test(text)) {
    return {
      check: CHECK,
      state: "warning",
      text,
      fix: "give the steps computeResources within these limits:",
      command: `kubectl describe limitrange -n ${kube.namespace}`,
    };
  }
  const found = foundRefusal(CHECK, error);
  if (!isStatus(error, 403)) return { ...found, state: "skipped" };
  if (found.state === "skipped") return found;
  const fix = "ask who set this policy what steps need; a run's pods may differ from the one tried";
  return { check: CHECK, state: "warning", text, fix };
}
