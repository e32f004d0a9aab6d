/**
 * The name of the Task whose spec a run has inline, in a label of our own. Pure.
 *
 * Tekton's own label for it stands beside a taskRef alone: of every TaskRun that has it tkn reads
 * `spec.taskRef.kind`, and ends with a panic where there is no taskRef (tektoncd/cli,
 * pkg/task/tasklastrun.go, FilterByRef).
 */
import { LABEL } from "./model.ts";
import { mapStrings } from "./references.ts";

/** On TaskRuns and their pods. */
export const TASK_NAME = "tkn-dev/task";

type Labels = Readonly<Record<string, string>>;

/** The labels without those that say that there is a taskRef. A PipelineRun hands its own down to its TaskRuns. */
export function withoutTaskLabels(labels: Labels = {}): Record<string, string> {
  const { [LABEL.task]: _, [LABEL.clusterTask]: __, ...kept } = labels;
  return kept;
}

/** The name of the Task that a TaskRun was made of, inline or by reference; undefined: it had none. */
export function taskNameOf(labels: Labels = {}): string | undefined {
  return labels[LABEL.task] ?? labels[TASK_NAME];
}

/** A Task that reads its name's label by the downward API finds it in ours. */
export function readingOwnLabel<T>(spec: T): T {
  const path = `metadata.labels['${LABEL.task}']`;
  const own = `metadata.labels['${TASK_NAME}']`;
  return mapStrings(spec, (text) => text === path ? own : text);
}
