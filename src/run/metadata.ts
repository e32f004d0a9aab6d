/** What a run carries in its labels and annotations beyond what it was created with. */
import { ExpectedError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import { LABEL, PIPELINE_RUNS, RESOURCE_OF } from "../tekton/model.ts";
import { type LiveRun } from "./live_run.ts";

/** Without the right to patch, the run goes on without them. */
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
 * Keeps the run under its Pipeline's name, where `tkn pipeline list` and `--last` look for it.
 *
 * Tekton gives an inline run its own name as Pipeline's, and one of a temporary Pipeline that one's, with its first reconcile, and again where it
 * works on an older copy of the run; set after that it stays. Without the right to patch the run
 * keeps Tekton's label: nothing else depends on it. Resolves when the run has ended.
 */
export async function keepPipelineLabel(
  kube: Kube,
  live: LiveRun,
  signal: AbortSignal,
): Promise<void> {
  const wanted = live.run.metadata.labels?.[LABEL.pipeline];
  if (live.kind !== "PipelineRun" || wanted === undefined) return;
  const isOther = () => live.run.metadata.labels?.[LABEL.pipeline] !== wanted;
  const hasEnded = () => live.phase.kind === "ended";
  const patch = { metadata: { labels: { [LABEL.pipeline]: wanted } } };
  try {
    while (true) {
      await live.until(() => isOther() || hasEnded() ? true : undefined, signal);
      if (!isOther()) return;
      await kube.patch(PIPELINE_RUNS, live.namespace, live.name, patch);
      if (hasEnded()) return;
      await live.until(() => !isOther() || hasEnded() ? true : undefined, signal);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof ExpectedError)) throw error;
  }
}
