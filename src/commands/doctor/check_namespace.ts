/**
 * Checks what the namespace lets in, by dry runs: they show quotas, limit ranges, pod security and
 * the default storage class to a user who may not read these objects.
 */
import { ExpectedError } from "../../errors.ts";
import { type Kube, type KubeObject, PODS } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { type Claim, CLAIMS } from "../../objects/claims.ts";
import { POD_SECURITY_HINT } from "../../tekton/pod_security.ts";
import type { Finding } from "../../view/findings.ts";

const NAME = "tkn-dev-doctor-";

/** Refusals of admission, by their words: https://kubernetes.io/docs/reference/access-authn-authz/ */
const REFUSALS: readonly { words: RegExp; state: Finding["state"]; fix: string }[] = [
  {
    words: /violates PodSecurity/,
    state: "warning",
    fix: POD_SECURITY_HINT,
  },
  {
    words: /exceeded quota/,
    state: "failure",
    fix: "delete runs that are done, or ask for a larger quota",
  },
  {
    words: /failed quota|must specify/,
    state: "warning",
    fix: "give the steps computeResources, or ask for a LimitRange with defaults",
  },
];

/** Has the server check a pod with a step's container, without creating it. */
export async function checkPods(kube: Kube): Promise<Finding> {
  const check = "pods";
  const containers = [{ name: "step-try", image: "busybox", command: ["true"] }];
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: NAME, namespace: kube.namespace },
    spec: { restartPolicy: "Never", containers },
  };
  try {
    await kube.create(PODS, pod, { dryRun: true });
    return { check, state: "ok", text: "quota, limits and pod security let a step's pod in" };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const refusal = REFUSALS.find(({ words }) => words.test(error.message));
    if (refusal === undefined) return { check, state: "skipped", text: error.message };
    return { check, state: refusal.state, text: error.message, fix: refusal.fix };
  }
}

/** Has the server check a claim, without creating it: it fills in the default storage class. */
export async function checkStorage(kube: Kube): Promise<Finding> {
  const check = "storage";
  const claim: Claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { generateName: NAME, namespace: kube.namespace },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  try {
    const { spec = {} } = await kube.create(CLAIMS, claim, { dryRun: true });
    if (spec.storageClassName) {
      return { check, state: "ok", text: `a new volume has the class ${spec.storageClassName}` };
    }
    return {
      check,
      state: "warning",
      text: "no default storage class: a new volume may stay pending",
      fix:
        "bind a claim that exists: -w name=NAME,claimName=CLAIM, or name a class in the file of " +
        "-w name=NAME,volumeClaimTemplateFile=FILE",
    };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const state = /quota/.test(error.message) ? "failure" : "skipped";
    return { check, state, text: error.message, fix: error.hint };
  }
}

/** Checks a claim that a workspace is bound to. */
export async function checkClaim(kube: Kube, workspace: string, name: string): Promise<Finding> {
  const check = "workspaces";
  try {
    const { spec = {}, status = {} } = await kube.get<Claim>(CLAIMS, kube.namespace, name);
    const modes = spec.accessModes ?? [];
    const facts = `${workspace}: claim ${name} is ${status.phase ?? "unknown"}, ${
      modes.join(", ")
    }`;
    if (modes.length > 0 && modes.every((mode) => mode === "ReadOnlyMany")) {
      const fix = "bind a claim that can be written to";
      return { check, state: "failure", text: `${facts}: nothing can be uploaded there`, fix };
    }
    if (status.phase === "Lost") {
      return { check, state: "failure", text: facts, fix: `kubectl describe pvc ${name}` };
    }
    return { check, state: "ok", text: facts };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const state = isStatus(error, 403) ? "skipped" : "failure";
    return { check, state, text: `${workspace}: ${error.message}`, fix: error.hint };
  }
}
