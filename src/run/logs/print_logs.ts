/** Prints the logs of a run as they are now, without following: pods by age, steps in order. */
import { isStatus } from "../../kube/status.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { linePieces } from "../../kube/lines.ts";
import { LABEL, type Pod, type Run } from "../../tekton/model.ts";
import { hasStarted, STEP_PREFIX, stepContainers } from "../../tekton/pod_state.ts";
import type { RunEvent } from "../../events.ts";
import { readChildren } from "../../objects/children.ts";
import { missingLogNotes } from "../pods/deleted_pod_notes.ts";
import { partOf, StepLines } from "../../hold/step_lines.ts";

export async function printLogs(
  kube: Kube,
  run: Stored<Run>,
  { emit, signal }: { emit: (event: RunEvent) => void; signal: AbortSignal },
): Promise<void> {
  const { pods, taskRuns } = await readChildren(kube, run);
  for (const pod of pods) {
    for (const container of stepContainers(pod)) {
      if (hasStarted(pod, container)) await printLog(kube, pod, container, { emit, signal });
    }
  }
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  for (const text of missingLogNotes(taskRuns, (pod) => names.has(pod))) {
    emit({ kind: "note", text });
  }
}

async function printLog(
  kube: Kube,
  pod: Stored<Pod>,
  container: string,
  { emit, signal }: { emit: (event: RunEvent) => void; signal: AbortSignal },
): Promise<void> {
  const { name, namespace, labels } = pod.metadata;
  const task = labels?.[LABEL.pipelineTask];
  const step = container.slice(STEP_PREFIX.length);
  try {
    const log = await kube.logs({ namespace, pod: name, container, signal });
    const lines = new StepLines(pod, container);
    for await (const piece of linePieces(log)) {
      signal.throwIfAborted();
      const { own } = lines.read(piece);
      if (own !== undefined) emit({ kind: "log", task, step, line: own.text, ...partOf(own) });
    }
  } catch (error) {
    if (!isStatus(error, 404) && !isStatus(error, 400)) throw error; // deleted, or not yet started
  }
}
