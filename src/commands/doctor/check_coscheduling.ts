/** Checks that the tasks of a Pipeline use as many claims as Tekton lets a task use. Pure. */
import type { FeatureFlags } from "../../objects/tekton_version.ts";
import type { PipelineSpec, WorkspaceBinding } from "../../tekton/model.ts";
import type { Finding } from "../../view/findings.ts";

/**
 * By default, Tekton runs pods that share a claim on one node, and fails a task with two claims:
 * https://tekton.dev/docs/pipelines/affinityassistants/
 */
export function checkCoscheduling(
  { tasks = [], finally: last = [] }: Pick<PipelineSpec, "tasks" | "finally">,
  bindings: readonly WorkspaceBinding[],
  flags: FeatureFlags | undefined,
): Finding[] {
  const isOnePerTask = flags && coschedulesWorkspaces(flags.data);
  if (isOnePerTask === false) return [];
  const claims = new Map(bindings.flatMap((binding) => {
    const claim = claimOf(binding);
    return claim === undefined ? [] : [[binding.name, claim]];
  }));
  return [...tasks, ...last].flatMap(({ name, workspaces = [] }) => {
    const bound = workspaces.map((one) => one.workspace ?? one.name)
      .filter((workspace) => claims.has(workspace));
    if (new Set(bound.map((workspace) => claims.get(workspace))).size < 2) return [];
    const most = `one is the most${
      isOnePerTask === undefined ? ", unless Tekton's flag coschedule is not workspaces" : ""
    }`;
    return [{
      check: "workspaces",
      state: isOnePerTask === undefined ? "warning" as const : "failure" as const,
      text: `task ${name} uses a claim for each of ${bound.join(", ")}: ${most}`,
      fix: `bind them to one claim: -w name=${bound[1]},claimName=CLAIM,subPath=DIRECTORY`,
    }];
  });
}

/** Absent values are the defaults of Tekton. */
function coschedulesWorkspaces(flags: FeatureFlags["data"]): boolean {
  return (flags.coschedule || "workspaces") === "workspaces" &&
    flags["disable-affinity-assistant"] !== "true"; // before Tekton 0.68
}

/** A claim that the run would create is one for its workspace. */
function claimOf(binding: WorkspaceBinding): string | undefined {
  if (binding.persistentVolumeClaim !== undefined) {
    return `claim ${binding.persistentVolumeClaim.claimName}`;
  }
  return binding.volumeClaimTemplate === undefined ? undefined : `template ${binding.name}`;
}
