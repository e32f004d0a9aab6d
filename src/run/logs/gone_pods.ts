/** Pods that a run had and that are not there any more, and with them their logs: pure. */
import { LABEL, type TaskRun } from "../../tekton/model.ts";
import { phaseOf } from "../../tekton/phase.ts";

/** Notes, a line each: of TaskRuns that have had a pod which is not among those that there are. */
export function tellGone(taskRuns: Iterable<TaskRun>, hasLog: (pod: string) => boolean): string[] {
  return podsOf(taskRuns).filter(({ pod }) => !hasLog(pod))
    .map(({ pod, owner }) => `Pod ${pod} of ${owner} is gone, and its logs with it`);
}

/** Likewise: of those that failed because somebody deleted their pod. Tekton's own reasons are others. */
export function tellDeleted(
  taskRuns: Iterable<TaskRun>,
  wasDeleted: (pod: string) => boolean,
): string[] {
  const failed = [...taskRuns].filter((run) => {
    const phase = phaseOf(run);
    return phase.kind === "ended" && phase.reason === "Failed";
  });
  return podsOf(failed).filter(({ pod }) => wasDeleted(pod))
    .map(({ pod, owner }) =>
      `Pod ${pod} of ${owner} was deleted while it ran: start the run again`
    );
}

function podsOf(taskRuns: Iterable<TaskRun>): { pod: string; owner: string }[] {
  return [...taskRuns].flatMap(({ metadata: { name = "", labels }, status }) => {
    const { podName: pod = "" } = status ?? {};
    const task = labels?.[LABEL.pipelineTask];
    return pod === ""
      ? []
      : [{ pod, owner: task === undefined ? `TaskRun ${name}` : `task ${task}` }];
  });
}
