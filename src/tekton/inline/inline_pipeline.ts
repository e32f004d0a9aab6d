/**
 * Puts a Pipeline's spec inline into its PipelineRun, with some tasks replaced. Everything else
 * keeps the meaning that it has by reference. Pure.
 *
 * By reference, Tekton gives the run and its TaskRuns the Pipeline's name, labels and annotations.
 * Inline, it gives them the run's own name. This module restores the Pipeline's, except for the
 * run's own label, which Tekton overwrites once (see run/upload).
 */
import { ownAnnotations } from "./inline_task.ts";
import type { Pipeline, PipelineRun, PipelineSpec, PipelineTask } from "../model.ts";
import { LABEL } from "../model.ts";
import { replaceVariable } from "../references.ts";
import { withoutTaskLabels } from "../task_name.ts";

/** A Pipeline as read from the cluster; an inline one has only its spec. */
export type ReadPipeline = Pick<Pipeline, "spec"> & Partial<Pipeline>;

/**
 * Returns the run with the Pipeline's spec inline. The run's own labels win over the Pipeline's. A
 * Pipeline without metadata was inline before: only its tasks change.
 */
export function inlinePipeline(
  given: PipelineRun,
  pipeline: ReadPipeline,
  swapped: readonly PipelineTask[],
): PipelineRun {
  const run = handingDownNoTask(given);
  const spec = withTasks(pipeline.spec, swapped);
  const { metadata } = pipeline;
  if (metadata === undefined) return { ...run, spec: { ...run.spec, pipelineSpec: spec } };
  const name = metadata.name ?? ""; // a Pipeline from a resolver may lack one
  const label = pipelineLabel(name);
  const { pipelineRef: _, ...rest } = run.spec;
  // In the run too: a workspace's subPath may contain the variable.
  const kept = replaceVariable(rest, "context.pipeline.name", name);
  return {
    ...run,
    metadata: {
      ...run.metadata,
      labels: { ...withoutTaskLabels(metadata.labels), ...run.metadata.labels, ...label },
      annotations: {
        ...ownAnnotations(metadata.annotations),
        ...run.metadata.annotations,
      },
    },
    spec: {
      ...kept,
      pipelineSpec: replaceVariable(spec, "context.pipeline.name", name),
      taskRunSpecs: labelled(run, spec, label),
    },
  };
}

/**
 * Tekton copies the run's labels to its TaskRuns. A TaskRun with an inline Task must not have the
 * label that says it refers to one.
 */
function handingDownNoTask(run: PipelineRun): PipelineRun {
  const bare = <T extends { labels?: Record<string, string> }>(metadata: T): T =>
    metadata.labels === undefined
      ? metadata
      : { ...metadata, labels: withoutTaskLabels(metadata.labels) };
  const { taskRunSpecs } = run.spec;
  return {
    ...run,
    metadata: bare(run.metadata),
    spec: taskRunSpecs === undefined ? run.spec : {
      ...run.spec,
      taskRunSpecs: taskRunSpecs.map((one) =>
        one.metadata === undefined ? one : { ...one, metadata: bare(one.metadata as object) }
      ),
    },
  };
}

/** Returns the spec with tasks replaced by the ones of the same name. */
export function withTasks(spec: PipelineSpec, swapped: readonly PipelineTask[]): PipelineSpec {
  const swap = (tasks: PipelineTask[] | undefined) =>
    tasks?.map((task) => swapped.find((one) => one.name === task.name) ?? task);
  return {
    ...spec,
    tasks: swap(spec.tasks),
    ...(spec.finally === undefined ? {} : { finally: swap(spec.finally) }),
  };
}

export function pipelineLabel(name: string): Record<string, string> {
  return name === "" ? {} : { [LABEL.pipeline]: name };
}

/** Returns taskRunSpecs that give each task's TaskRuns the label with the Pipeline's name. */
export function labelled(
  run: PipelineRun,
  spec: PipelineSpec,
  label: Record<string, string>,
): Record<string, unknown>[] {
  const given = run.spec.taskRunSpecs ?? [];
  const names = [...(spec.tasks ?? []), ...(spec.finally ?? [])].map((task) => task.name);
  const own = names.map((name) => {
    const own = given.find((one) => one.pipelineTaskName === name) ?? {};
    const metadata = own.metadata as { labels?: Record<string, string> } | undefined;
    return {
      ...own,
      pipelineTaskName: name,
      metadata: { ...metadata, labels: { ...label, ...metadata?.labels } },
    };
  });
  // Tekton fails a run that names an unknown task: it does so inline too.
  return [...own, ...given.filter((one) => !names.includes(String(one.pipelineTaskName)))];
}
