/**
 * Checks the volumes of workspaces: the claims that they are bound to, and those that a run would
 * create, by dry runs.
 */
import { ExpectedError } from "../../errors.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus, type StatusError } from "../../kube/status.ts";
import { type Claim, CLAIMS, STORAGE_CLASSES, type StorageClass } from "../../objects/claims.ts";
import type { WorkspaceBinding } from "../../tekton/model.ts";
import type { Finding } from "../../view/findings.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { admissionText, DRY_RUN_NAME, isOverQuota, overQuota } from "./dry_run.ts";
import { foundRefusal } from "./finding.ts";

type ClaimSpec = NonNullable<Claim["spec"]>;

/** Has the server check a claim, without creating it: it fills in the default storage class. */
export async function checkStorage(kube: Kube): Promise<Finding> {
  const check = "storage";
  const asked = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  try {
    const { storageClassName } = await specOf(kube, asked);
    if (storageClassName) {
      return { check, state: "ok", text: `a new volume has the class ${storageClassName}` };
    }
    const text = "no default storage class: a new volume may stay pending";
    return { check, state: "warning", text, ...otherVolume("NAME") };
  } catch (error) {
    const found = refusalFinding(kube, check, error);
    return isOverLimit(error) ? { ...found, state: "warning" } : found; // runs may ask for less
  }
}

function otherVolume(workspace: string): Pick<Finding, "fix" | "command"> {
  return {
    fix: `bind a claim that exists: -w name=${workspace},claimName=CLAIM, or choose a class: ` +
      `-w name=${workspace},volume=1Gi,storageClass=CLASS. The classes:`,
    command: "kubectl get storageclass",
  };
}

/** Checks the volumes that a run with these bindings would use. */
export async function checkVolumes(
  kube: Kube,
  bindings: readonly WorkspaceBinding[],
): Promise<Finding[]> {
  const checks = bindings.flatMap(({ name, persistentVolumeClaim, volumeClaimTemplate }) => {
    if (persistentVolumeClaim !== undefined) {
      return [checkClaim(kube, name, persistentVolumeClaim.claimName)];
    }
    const spec = volumeClaimTemplate?.spec as ClaimSpec | undefined;
    return spec === undefined ? [] : [checkTemplate(kube, name, spec)];
  });
  return await Promise.all(checks);
}

const CHECK = "workspaces";

/** Checks a claim that exists. */
async function checkClaim(kube: Kube, workspace: string, name: string): Promise<Finding> {
  const command = `kubectl describe pvc ${shellWord(name)} -n ${kube.namespace}`;
  try {
    const { spec = {}, status = {}, metadata } = await kube.get<Claim>(
      CLAIMS,
      kube.namespace,
      name,
    );
    const phase = metadata.deletionTimestamp === undefined ? status.phase : "being deleted";
    const text = `${workspace}: claim ${name} is ${phase ?? "in no phase"}, ${modesText(spec)}`;
    const readOnly = readOnlyFinding(text, spec);
    if (readOnly !== undefined) return readOnly;
    if (phase === "Lost" || phase === "being deleted") {
      return { check: CHECK, state: "failure", text, fix: "bind another claim", command };
    }
    if (phase !== "Pending") return { check: CHECK, state: "ok", text };
    const pending = await pendingFinding(kube, text, spec);
    return pending.state === "ok" ? pending : { command, ...pending };
  } catch (error) {
    if (!isStatus(error, 404)) return foundRefusal(CHECK, error);
    return {
      check: CHECK,
      state: "failure",
      text: `${workspace}: there is no claim ${name} in namespace ${kube.namespace}`,
      fix: `bind a new volume: -w name=${workspace},volume=1Gi, or a claim that exists:`,
      command: `kubectl get pvc -n ${kube.namespace}`,
    };
  }
}

async function pendingFinding(kube: Kube, facts: string, spec: ClaimSpec): Promise<Finding> {
  const { storageClassName: name } = spec;
  if (!name) {
    const text = `${facts}, of no storage class: it waits for a volume that somebody creates`;
    return { check: CHECK, state: "warning", text, fix: "create the claim again with a class" };
  }
  const found = await readClass(kube, name);
  if (found === "missing") return missingClass(`${facts}, of`, name);
  if (found?.volumeBindingMode === "WaitForFirstConsumer") {
    return { check: CHECK, state: "ok", text: `${facts}, until a pod uses it` };
  }
  return {
    check: CHECK,
    state: "warning",
    text: `${facts}: the class ${name} has given it no volume yet`,
  };
}

/** Checks a claim that each run would create. */
async function checkTemplate(kube: Kube, workspace: string, asked: ClaimSpec): Promise<Finding> {
  try {
    const spec = await specOf(kube, asked);
    const facts = `${workspace}: a new volume, ${modesText(spec)}`;
    const readOnly = readOnlyFinding(facts, spec);
    if (readOnly !== undefined) return readOnly;
    const { storageClassName: name } = spec;
    if (!name) {
      const text = `${facts}, of no storage class: it may stay pending`;
      return { check: CHECK, state: "warning", text, ...otherVolume(workspace) };
    }
    return await readClass(kube, name) === "missing"
      ? missingClass(`${facts}, of`, name)
      : { check: CHECK, state: "ok", text: `${facts}, of the storage class ${name}` };
  } catch (error) {
    const found = refusalFinding(kube, CHECK, error);
    return { ...found, text: `${workspace}: ${found.text}` };
  }
}

/** Returns the spec with the defaults of the server. */
async function specOf(kube: Kube, spec: ClaimSpec): Promise<ClaimSpec> {
  const claim: Claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { generateName: DRY_RUN_NAME, namespace: kube.namespace },
    spec,
  };
  return (await kube.create(CLAIMS, claim, { dryRun: true })).spec ?? {};
}

/** Returns undefined for a class that the user may not read: most users may not. */
async function readClass(kube: Kube, name: string): Promise<StorageClass | "missing" | undefined> {
  try {
    return await kube.get<StorageClass>(STORAGE_CLASSES, "", name);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return isStatus(error, 404) ? "missing" : undefined;
  }
}

function missingClass(facts: string, name: string): Finding {
  return {
    check: CHECK,
    state: "failure",
    text: `${facts} the storage class ${name}, which does not exist`,
    fix: "choose one that exists:",
    command: "kubectl get storageclass",
  };
}

function readOnlyFinding(facts: string, { accessModes: modes = [] }: ClaimSpec) {
  if (modes.length === 0 || modes.some((mode) => mode !== "ReadOnlyMany")) return undefined;
  const text = `${facts}: nothing can be uploaded there`;
  const fix = "bind a claim that can be written to";
  return { check: CHECK, state: "failure", text, fix } satisfies Finding;
}

function modesText({ accessModes: modes = [] }: ClaimSpec): string {
  return modes.length === 0 ? "without access modes" : modes.join(", ");
}

/** Whether a limit range refuses the size of a claim. */
function isOverLimit(error: unknown): error is StatusError {
  return isStatus(error, 403) && / per PersistentVolumeClaim is /.test(error.message);
}

function refusalFinding(kube: Kube, check: string, error: unknown): Finding {
  if (isOverQuota(error)) {
    const text = `a new claim is refused: ${admissionText(error.message)}`;
    return overQuota(kube, { check, text, fix: "delete claims that no run needs" });
  }
  if (isOverLimit(error)) {
    const command = `kubectl describe limitrange -n ${kube.namespace}`;
    const text = `a new claim is refused: ${admissionText(error.message)}`;
    return { check, state: "failure", text, fix: "ask for a size within these limits:", command };
  }
  return foundRefusal(check, error);
}
