/**
 * The name of the Task whose spec a run has inline, in tkn-dev's own label. Pure.
 *
 * Tekton's label tekton.dev/task only goes with a taskRef: tkn reads `spec.taskRef.kind` of every
 * TaskRun that has the label, and panics without a taskRef (tektoncd/cli,
 * pkg/task/tasklastrun.go, FilterByRef).
 */
import { LABEL } from "./model.ts";
import { mapStrings } from "./references.ts";

/** The label, on TaskRuns and their pods. */
export const TASK_NAME = "tkn-dev/task";

type Labels = Readonly<Record<string, string>>;

/**
 * Returns the labels without those that imply a taskRef. Tekton copies a PipelineRun's labels to
 * its TaskRuns.
 */
export function withoutTaskLabels(labels: Labels = {}): Record<string, string> {
  const { [LABEL.task]: _, [LABEL.clusterTask]: __, ...kept } = labels;
  return kept;
}

/** Returns the name of the Task of a TaskRun, inline or by reference; undefined without a Task. */
export function taskNameOf(labels: Labels = {}): string | undefined {
  return labels[LABEL.task] ?? labels[TASK_NAME];
}

/** Makes a Task that reads the label by the downward API read tkn-dev's label instead. */
export function readingOwnLabel<T>(spec: T): T {
  const path = `metadata.labels['${LABEL.task}']`;
  const own = `metadata.labels['${TASK_NAME}']`;
  return mapStrings(spec, (text) => text === path ? own : text);
}
