/**
 * Sets a feature flag of Tekton for the duration of some work. Only an administrator may do this.
 */
import { denoHost } from "../../../src/deno/host.ts";
import type { Kube, Resource } from "../../../src/kube/interface.ts";
import { isStatus, StatusError } from "../../../src/kube/status.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";

const CONFIG_MAPS: Resource = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap" };

export interface Flag {
  readonly name: string;
  readonly value: string;
  /** The value to set after the work. */
  readonly otherwise: string;
  /** A TaskRun spec whose acceptance shows which value the webhook knows. */
  readonly probe: TaskRun["spec"];
  /** Whether the webhook accepts the probe while the flag is set. */
  readonly isProbeTaken: boolean;
}

/** Sets the flag during the work, as the administrator of context `admin`. */
export async function withFlag(flag: Flag, work: () => Promise<void>): Promise<void> {
  const kubeconfig = Deno.env.get("KUBECONFIG")!;
  const admin = await denoHost().connect({ kubeconfig, context: "admin" });
  await set(admin, flag, flag.value, flag.isProbeTaken);
  try {
    await work();
  } finally {
    await set(admin, flag, flag.otherwise, !flag.isProbeTaken);
  }
}

/** Resolves once the webhook uses the new value. */
async function set(admin: Kube, { name, probe }: Flag, value: string, isTaken: boolean) {
  const data = { [name]: value };
  await admin.patch(CONFIG_MAPS, "tekton-pipelines", "feature-flags", { data });
  for (const endMs = Date.now() + 60_000; Date.now() < endMs;) {
    if (await takes(admin, probe) === isTaken) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the webhook did not take ${name}=${value} within a minute`);
}

async function takes(kube: Kube, spec: TaskRun["spec"]): Promise<boolean> {
  const run: TaskRun = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: "probe-", namespace: "default" },
    spec,
  };
  try {
    await kube.create(TASK_RUNS, run, { dryRun: true });
    return true;
  } catch (error) {
    if (error instanceof StatusError && isStatus(error, 400)) return false;
    throw error;
  }
}
