/** Keeps the run under its Pipeline's name, where `tkn pipeline list` and `--last` look for it. */
import { ExpectedError } from "../errors.ts";
import type { Kube } from "../kube/interface.ts";
import { LABEL, PIPELINE_RUNS, type PipelineRun } from "../tekton/model.ts";
import type { LiveRun } from "./live_run.ts";

/**
 * Tekton gives an inline run its own name as Pipeline's, once, with its first reconcile; set after
 * that it stays. Without the right to patch the run keeps Tekton's label: nothing else depends on it.
 */
export async function keepPipelineLabel(
  kube: Kube,
  live: LiveRun,
  signal: AbortSignal,
): Promise<void> {
  const wanted = live.run.metadata.labels?.[LABEL.pipeline];
  if (live.kind !== "PipelineRun" || wanted === undefined) return;
  const reconciled = () =>
    (live.run as PipelineRun).status?.pipelineSpec === undefined ? undefined : true;
  try {
    await live.until(reconciled, signal);
    const metadata = { labels: { [LABEL.pipeline]: wanted } };
    await kube.patch(PIPELINE_RUNS, live.namespace, live.name, { metadata });
  } catch (error) {
    if (!signal.aborted && !(error instanceof ExpectedError)) throw error;
  }
}
