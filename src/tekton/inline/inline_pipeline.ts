/**
 * A PipelineRun with its Pipeline's spec inline, some of its tasks swapped for others, and else the
 * meaning that it had by reference. Pure.
 *
 * By reference Tekton gives the run and its TaskRuns the Pipeline's name, labels and annotations;
 * inline it gives them the run's own name: undone here, as far as the run's own label, which Tekton
 * overwrites once (see run/upload).
 */
import { ownAnnotations } from "./inline_task.ts";
import type { Pipeline, PipelineRun, PipelineSpec, PipelineTask } from "../model.ts";
import { LABEL } from "../model.ts";
import { replaceVariable } from "../references.ts";
import { withoutTaskLabels } from "../task_name.ts";

/** A Pipeline as it was read; of an inline one, its spec alone. */
export type ReadPipeline = Pick<Pipeline, "spec"> & Partial<Pipeline>;

/**
 * `run` is one by reference, or what there is of it; its own labels win over the Pipeline's. A
 * Pipeline without metadata was inline before: nothing but its tasks changes.
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
  const name = metadata.name ?? ""; // from a resolver it need not have one
  const label = pipelineLabel(name);
  const { pipelineRef: _, ...rest } = run.spec;
  // In the run too, for a workspace's subPath may have it.
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

/** The run's labels come to its TaskRuns, of which those with the Task inline must not say that they refer to one. */
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

/** The spec with these in the place of those of their names. */
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

/** Each task's TaskRuns with the label of the Pipeline's name. */
export function labelled(
  run: PipelineRun,
  spec: PipelineSpec,
  label: Record<string, string>,
): Record<string, unknown>[] {
  const given = run.spec.taskRunSpecs ?? [];
  const tasks = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  return tasks.map((task) => {
    const own = given.find((one) => one.pipelineTaskName === task.name) ?? {};
    const metadata = own.metadata as { labels?: Record<string, string> } | undefined;
    return {
      ...own,
      pipelineTaskName: task.name,
      metadata: { ...metadata, labels: { ...label, ...metadata?.labels } },
    };
  });
}
