/** Checks Tekton: its version, its feature flags, and whether it takes a run such as ours. */
import type { Clock } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { type FeatureFlags, readTektonVersion } from "../../objects/tekton_version.ts";
import { isUnknownKind } from "../../kube/status.ts";
import { INSTALL_TEKTON } from "../../resolve/resolve.ts";
import { PIPELINE_RUNS, type PipelineRun, TASK_RUNS, type TaskRun } from "../../tekton/model.ts";
import { isAtLeast } from "../../version.ts";
import { checkClock } from "./check_server.ts";
import type { Finding } from "../../view/findings.ts";
import { admissionText, DRY_RUN_NAME, isOverQuota, overQuota } from "./dry_run.ts";
import { finding, foundRefusal } from "./finding.ts";

/** The oldest that docs/reference/compatibility.md has. */
const OLDEST_TEKTON = "0.56";

export function checkTekton(kube: Kube): Promise<Finding> {
  return finding("tekton", async () => {
    const version = await readTektonVersion(kube);
    if (version === undefined) {
      return {
        state: "skipped",
        text: "its version cannot be read: it is not there, or you lack the right",
      };
    }
    if (!isAtLeast(version, OLDEST_TEKTON)) {
      const text = `version ${version} is older than the oldest one tried, ${OLDEST_TEKTON}`;
      return { state: "warning", text, fix: "ask for a newer one: some features may not work" };
    }
    return { state: "ok", text: `version ${version}` };
  });
}

/** The feature flags that change what an upload or a held step may do. */
const FLAGS = ["enable-api-fields", "disable-inline-spec", "set-security-context", "coschedule"];

export function checkFeatureFlags(found: Promise<FeatureFlags | undefined>): Promise<Finding> {
  return finding("feature flags", async () => {
    const flags = (await found)?.data;
    if (flags === undefined) return { state: "skipped", text: "you may not read them" };
    const shown = FLAGS.filter((name) => (flags[name] ?? "") !== "")
      .map((name) => `${name}=${flags[name]}`);
    return { state: "ok", text: shown.length === 0 ? "Tekton's defaults" : shown.join(", ") };
  });
}

/** Has the server check a run without creating it. The answer tells its clock, too. */
export async function checkRunIsTaken(kube: Kube, clock: Clock): Promise<Finding[]> {
  const check = "runs";
  const beforeMs = clock.now();
  let answer: Stored<PipelineRun>;
  const tried = triedTaskRun(kube);
  try {
    answer = await kube.create(PIPELINE_RUNS, smallRun(kube.namespace), { dryRun: true });
  } catch (error) {
    await tried.catch(() => {});
    return [refusalFinding(kube, "PipelineRun", error)];
  }
  const serverMs = Date.parse(answer.metadata.creationTimestamp ?? "");
  const taken: Finding = {
    check,
    state: "ok",
    text: `the server takes a PipelineRun in namespace ${kube.namespace} (dry run)`,
  };
  const afterMs = clock.now();
  const found = await tried ?? taken;
  return Number.isNaN(serverMs) ? [found] : [found, checkClock({ beforeMs, serverMs, afterMs })];
}

/** Returns a finding if a quota lets no TaskRun in: no task of a PipelineRun would start then. */
async function triedTaskRun(kube: Kube): Promise<Finding | undefined> {
  const { namespace } = kube;
  const run: TaskRun = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: DRY_RUN_NAME, namespace },
    spec: { taskSpec: TASK },
  };
  try {
    await kube.create(TASK_RUNS, run, { dryRun: true });
    return undefined;
  } catch (error) {
    return isOverQuota(error) ? refusalFinding(kube, "TaskRun", error) : undefined;
  }
}

function refusalFinding(kube: Kube, kind: string, error: unknown): Finding {
  const check = "runs";
  if (isOverQuota(error)) {
    const text = `a new ${kind} is refused: ${admissionText(error.message)}`;
    return overQuota(kube, { check, text, fix: "delete ended runs" });
  }
  const found = foundRefusal(check, error);
  return isUnknownKind(error) ? { ...found, fix: INSTALL_TEKTON } : found;
}

const TASK = { steps: [{ name: "try", image: "busybox", script: "true\n" }] };

/** A run with its spec inline, as an upload makes it. */
function smallRun(namespace: string): PipelineRun {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { generateName: DRY_RUN_NAME, namespace },
    spec: { pipelineSpec: { tasks: [{ name: "try", taskSpec: TASK }] } },
  };
}
