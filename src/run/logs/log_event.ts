/** Makes `log` events of the lines of a container: pure. */
import type { RunEvent } from "../../events.ts";
import type { LinePiece } from "../../kube/lines.ts";
import { LABEL, type Run } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { shownName } from "../../tekton/pod_state.ts";
import { displayNameOf } from "./log_selection.ts";

type LogEvent = Extract<RunEvent, { kind: "log" }>;

/** The fields of a container's log events that are the same for all its lines. */
export type LogSource = Pick<LogEvent, "task" | "displayName" | "step">;

/** In a TaskRun, even in that of a Pipeline's task, lines have no task. */
export function logSource(run: Run, pod: Pod, container: string): LogSource {
  const step = shownName(container);
  const task = run.kind === "PipelineRun" ? pod.metadata.labels?.[LABEL.pipelineTask] : undefined;
  const displayName = displayNameOf(run, pod);
  return { task, step, ...(displayName === undefined ? {} : { displayName }) };
}

export function logEvent(source: LogSource, { text, isStart, isEnd, time }: LinePiece): LogEvent {
  const part = isStart ? isEnd ? undefined : "first" : isEnd ? "last" : "middle";
  return {
    kind: "log",
    ...source,
    line: text,
    ...(part === undefined ? {} : { part }),
    ...(time === undefined ? {} : { time }),
  };
}
