/** Prints the logs of a run as they are now, without following: tasks, attempts, steps in order. */
import { isStatus } from "../../kube/status.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { linePieces } from "../../kube/lines.ts";
import { LABEL, type Run } from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { hasStarted } from "../../tekton/pod_state.ts";
import type { RunEvent } from "../../events.ts";
import type { Children } from "../../objects/children.ts";
import { missingLogNotes } from "../pods/deleted_pod_notes.ts";
import { StepLines } from "../../hold/step_lines.ts";
import { logEvent, logSource } from "./log_event.ts";
import {
  EVERYTHING,
  inTaskOrder,
  isSelected,
  logContainers,
  type LogSelection,
} from "./log_selection.ts";
import { Seen } from "./seen_lines.ts";

export interface PrintOptions {
  readonly selection?: LogSelection;
  /** Returns whether to print the logs of this TaskRun; of all without it. */
  readonly ofTaskRun?: (name: string | undefined) => boolean;
  /** Whether to read the time of each line. */
  readonly hasTimes?: boolean;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

export async function printLogs(
  kube: Kube,
  run: Stored<Run>,
  { pods, taskRuns }: Children,
  options: PrintOptions,
): Promise<void> {
  const { selection = EVERYTHING, ofTaskRun = () => true, emit } = options;
  for (const pod of inTaskOrder(run, pods)) {
    if (!ofTaskRun(taskRunOf(pod))) continue;
    for (const container of logContainers(pod, selection)) {
      if (!isSelected(selection, pod, container) || !hasStarted(pod, container)) continue;
      await printLog(kube, run, { ...options, pod, container });
    }
  }
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const shown = taskRuns.filter((one) => ofTaskRun(one.metadata.name));
  for (const text of missingLogNotes(shown, (pod) => names.has(pod))) {
    emit({ kind: "note", text });
  }
}

async function printLog(
  kube: Kube,
  run: Run,
  { pod, container, hasTimes = false, emit, signal }: PrintOptions & {
    readonly pod: Stored<Pod>;
    readonly container: string;
  },
): Promise<void> {
  const { name, namespace } = pod.metadata;
  const source = logSource(run, pod, container);
  try {
    const request = { namespace, pod: name, container, signal };
    const log = await kube.logs(hasTimes ? { ...request, timestamps: true } : request);
    const lines = new StepLines(pod, container);
    const seen = hasTimes ? new Seen() : undefined;
    for await (const pieces of linePieces(log)) {
      signal.throwIfAborted();
      for (const piece of pieces) {
        const fresh = seen === undefined ? piece : seen.take(piece);
        const own = fresh === undefined ? undefined : lines.read(fresh).own;
        if (own !== undefined) emit(logEvent(source, own));
      }
    }
  } catch (error) {
    if (!isStatus(error, 404) && !isStatus(error, 400)) throw error; // deleted, or not yet started
  }
}

function taskRunOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[LABEL.taskRun];
}
