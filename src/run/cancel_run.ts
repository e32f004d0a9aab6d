/** Cancels a run with its TaskRuns. */
import type { Kube } from "../kube/interface.ts";
import { isStatus } from "../kube/status.ts";
import { childrenOf } from "../objects/children.ts";
import {
  type PipelineRun,
  RESOURCE_OF,
  type Run,
  TASK_RUNS,
  type TaskRun,
} from "../tekton/model.ts";
import { CANCEL, phaseOf } from "../tekton/phase.ts";
import type { LiveRun } from "./live_run.ts";

/**
 * Tekton cancels the TaskRuns that the PipelineRun's status lists. A cancellation right after the
 * creation precedes that list: the PipelineRun then ends, and its first TaskRuns would hold until
 * their own timeout (seen with Tekton 1.9).
 */
export async function cancelRun(
  kube: Kube,
  live: Pick<LiveRun, "kind" | "namespace" | "name">,
): Promise<void> {
  const { kind, namespace, name } = live;
  const patch = { spec: { status: CANCEL[kind] } };
  const run = await kube.patch<Run>(RESOURCE_OF[kind], namespace, name, patch);
  if (run.kind === "TaskRun" || isListed(run)) return;
  await cancelTaskRuns(kube, live).catch((error) => {
    // The user may lack the right, and a TaskRun may be gone: the PipelineRun is cancelled anyway.
    if (!isStatus(error, 403) && !isStatus(error, 404)) throw error;
  });
}

async function cancelTaskRuns(
  kube: Kube,
  live: Pick<LiveRun, "kind" | "namespace" | "name">,
): Promise<void> {
  const taskRuns = await kube.list<TaskRun>(TASK_RUNS, childrenOf(live));
  const running = taskRuns.filter((taskRun) => phaseOf(taskRun).kind === "running");
  await Promise.all(
    running.map(({ metadata }) =>
      kube.patch(TASK_RUNS, live.namespace, metadata.name, { spec: { status: CANCEL.TaskRun } })
    ),
  );
}

function isListed({ status }: PipelineRun): boolean {
  return (status?.childReferences ?? []).length > 0;
}
