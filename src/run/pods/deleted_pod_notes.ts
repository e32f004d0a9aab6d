/** Notes about pods of a run that were deleted, and their logs with them: pure. */
import { LABEL, type TaskRun } from "../../tekton/model.ts";
import { phaseOf } from "../../tekton/phase.ts";

/** Returns a note for each TaskRun whose pod's log was not read, if there was a log. */
export function missingLogNotes(
  taskRuns: Iterable<TaskRun>,
  hasLog: (pod: string) => boolean,
): string[] {
  return podsOf([...taskRuns].filter(hasBegun)).filter(({ pod }) => !hasLog(pod))
    .map(({ pod, owner }) => `Pod ${pod} of ${owner} is gone, and its logs with it`);
}

/** Returns a note for each TaskRun that failed because its pod was deleted, not by Tekton. */
export function deletedPodNotes(
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

/**
 * Whether the first step has begun. Of a TaskRun that is cancelled before, Tekton says that its
 * steps have terminated, and gives the TaskRun's creation as their start.
 */
function hasBegun({ metadata: { creationTimestamp }, status }: TaskRun): boolean {
  const { running, terminated, imageID = "" } = status?.steps?.[0] ?? {};
  if (terminated === undefined) return running !== undefined;
  return imageID !== "" || terminated.startedAt !== creationTimestamp;
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
