/** Pods that a run had and that are not there any more, and with them their logs: pure. */
import { LABEL, type TaskRun } from "../tekton/model.ts";

/** Notes, a line each: of TaskRuns that have had a pod which is not among those that there are. */
export function tellGone(taskRuns: Iterable<TaskRun>, hasLog: (pod: string) => boolean): string[] {
  const lines: string[] = [];
  for (const { metadata: { name = "", labels }, status } of taskRuns) {
    const pod = status?.podName;
    if (pod === undefined || pod === "" || hasLog(pod)) continue;
    const owner = labels?.[LABEL.pipelineTask];
    const of = owner === undefined ? `TaskRun ${name}` : `task ${owner}`;
    lines.push(`Pod ${pod} of ${of} is gone, and its logs with it`);
  }
  return lines;
}
