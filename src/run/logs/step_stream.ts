/**
 * Streams the log of one step to its end: the step's own lines become `log` events, the lines by
 * which its gate says that it holds become pauses of the live run.
 */
import { ExpectedError, OutputError } from "../../errors.ts";
import type { Clock } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { LABEL } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { containerState, shownName } from "../../tekton/pod_state.ts";
import type { RunEvent } from "../../events.ts";
import type { LastLines } from "./last_lines.ts";
import type { LiveRun } from "../live_run.ts";
import { StepLines } from "../../hold/step_lines.ts";
import { logEvent, logSource } from "./log_event.ts";
import { EVERYTHING, isSelected, type LogSelection } from "./log_selection.ts";
import { PauseDetector } from "./pause_detector.ts";
import { stepLog } from "./step_log.ts";

export interface StreamOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly live: LiveRun;
  readonly emit: (event: RunEvent) => void;
  /** The logs to emit; all without it. */
  readonly selection?: LogSelection;
  /** Shared by all logs of the run. */
  readonly lastLines: LastLines;
  readonly signal: AbortSignal;
}

export interface StreamedStep {
  readonly pod: Stored<Pod>;
  readonly container: string;
  /** Returns the pod as it is now; undefined once it is deleted. */
  readonly current: () => Stored<Pod> | undefined;
  /** Resolves when the lines of earlier pods are read; the step's log is requested before. */
  readonly turn?: Promise<unknown>;
}

/** Throws if the log can't be read and the step may still hold: only the log would say that. */
export async function streamStep(options: StreamOptions, step: StreamedStep): Promise<void> {
  const { live, emit, signal, lastLines } = options;
  const { pod, container } = step;
  const lines = new StepLines(pod, container);
  const pauses = new PauseDetector(live, pod, container);
  try {
    await readStep(options, step, { lines, pauses });
    pauses.end(lines.said);
  } catch (error) {
    signal.throwIfAborted();
    if (lastLines.signal.aborted) {
      // A container that waits for an earlier step has written nothing.
      if (hasTerminated(step.current() ?? pod, container)) {
        lastLines.unread.push(stepPlace(pod, container));
      }
      return;
    }
    const isBug = !(error instanceof ExpectedError) || error instanceof OutputError;
    if (isBug || pauses.mayStillHold) throw error;
    const text = `${error.message}: following the run without it`;
    emit({ kind: "note", text });
  }
}

async function readStep(
  { kube, clock, live, emit, lastLines, selection = EVERYTHING, ...options }: StreamOptions,
  { pod, container, current, turn }: StreamedStep,
  { lines, pauses }: { lines: StepLines; pauses: PauseDetector },
): Promise<void> {
  const source = logSource(live.run, current() ?? pod, container);
  const isShown = isSelected(selection, pod, container);
  const name = pod.metadata.name;
  const log = stepLog({
    kube,
    clock,
    container: { namespace: live.namespace, pod: name, container },
    hasContainerEnded: () => {
      const now = current();
      return live.phase.kind === "ended" || now === undefined || hasTerminated(now, container);
    },
    hasTaskRunEnded: () => live.phase.kind === "ended" || live.hasTaskRunEnded(pod),
    isPodGone: () => current() === undefined,
    onFailure: () => lastLines.failed(),
    onCut: () => {
      const place = stepPlace(pod, container);
      const text = `Pod ${name} is gone, and with it the last lines of step ${place}`;
      emit({ kind: "note", text });
    },
    turn,
    signal: AbortSignal.any([options.signal, lastLines.signal]),
  });
  for await (const pieces of log) {
    lastLines.heard();
    for (const piece of pieces) {
      const { own, pause } = lines.read(piece);
      if (own !== undefined) pauses.works();
      if (own !== undefined && isShown) emit(logEvent(source, own));
      if (pause !== undefined) pauses.found(pause);
    }
  }
  lastLines.heard();
}

/** Returns `task/step`, in a TaskRun `step`. */
function stepPlace(pod: Pod, container: string): string {
  const task = pod.metadata.labels?.[LABEL.pipelineTask];
  const step = shownName(container);
  return task === undefined ? step : `${task}/${step}`;
}

function hasTerminated(pod: Pod, container: string): boolean {
  return hasPodEnded(pod) || containerState(pod, container)?.terminated !== undefined;
}

export function hasPodEnded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}
