/** A note that watching a step does not keep its run alive. */
import { ExpectedError } from "../../errors.ts";
import { readTaskRun } from "../../hold/held_step_info.ts";
import type { Pause } from "../../hold/pause.ts";
import type { Kube } from "../../kube/interface.ts";
import { deadlineMs } from "../../tekton/deadline.ts";
import { LABEL, PIPELINE_RUNS, type PipelineRun } from "../../tekton/model.ts";
import { formatDuration } from "../../view/text/units.ts";

/** Returns undefined if no timeout is known. Leaves out runs that the user may not read. */
export async function deadlineNote(
  kube: Kube,
  pause: Pause,
  nowMs: number,
): Promise<string | undefined> {
  try {
    const { pod, taskRun } = await readTaskRun(kube, pause);
    const name = pod.metadata.labels?.[LABEL.pipelineRun];
    const pipelineRun = name === undefined
      ? undefined
      : await kube.get<PipelineRun>(PIPELINE_RUNS, pause.namespace, name);
    const [first] = [taskRun, pipelineRun]
      .flatMap((run) => {
        const atMs = run && deadlineMs(run);
        return run === undefined || atMs === undefined ? [] : [{ run, atMs }];
      })
      .toSorted((one, other) => one.atMs - other.atMs);
    if (first === undefined) return undefined;
    const { kind, metadata } = first.run;
    const left = formatDuration(Math.max(0, first.atMs - nowMs));
    return `${kind} ${metadata.name} times out in ${left}, also while it is watched`;
  } catch (error) {
    if (error instanceof ExpectedError) return undefined;
    throw error;
  }
}
