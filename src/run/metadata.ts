/** Changes the labels and annotations of a run after its creation. */
import { ExpectedError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import { LABEL, PIPELINE_RUNS, RESOURCE_OF } from "../tekton/model.ts";
import { type LiveRun } from "./live_run.ts";

/** Adds annotations to the run; without the right to patch, does nothing. */
export async function annotate(
  kube: Kube,
  live: LiveRun,
  annotations: Record<string, string>,
): Promise<void> {
  try {
    await kube.patch(RESOURCE_OF[live.kind], live.namespace, live.name, {
      metadata: { annotations },
    });
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
  }
}

/**
 * Keeps the Pipeline's name in the label by which `tkn pipeline list` and `--last` find the run.
 *
 * With its first reconcile, Tekton sets this label to the run's own name (inline run) or to the
 * temporary Pipeline's name, and does so again when it works on an older copy of the run; a label
 * set after that stays. Without the right to patch, Tekton's label stays: nothing else depends on
 * it. Resolves when the run has ended.
 */
export async function keepPipelineLabel(
  kube: Kube,
  live: LiveRun,
  signal: AbortSignal,
): Promise<void> {
  const wanted = live.run.metadata.labels?.[LABEL.pipeline];
  if (live.kind !== "PipelineRun" || wanted === undefined) return;
  const isOverwritten = () => live.run.metadata.labels?.[LABEL.pipeline] !== wanted;
  const hasEnded = () => live.phase.kind === "ended";
  const patch = { metadata: { labels: { [LABEL.pipeline]: wanted } } };
  try {
    while (true) {
      await live.until(() => isOverwritten() || hasEnded() ? true : undefined, signal);
      if (!isOverwritten()) return;
      await kube.patch(PIPELINE_RUNS, live.namespace, live.name, patch);
      if (hasEnded()) return;
      await live.until(() => !isOverwritten() || hasEnded() ? true : undefined, signal);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof ExpectedError)) throw error;
  }
}
