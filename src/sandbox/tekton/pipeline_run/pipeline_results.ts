/** A Pipeline's results, from the results of its tasks. */
import type { ParamValue, PipelineSpec } from "../../../tekton/model.ts";
import type { PipelineState } from "./pipeline_state.ts";
import { resultRefs } from "../result_refs.ts";

export interface PipelineResults {
  readonly results: { name: string; value: ParamValue }[];
  /** Results that refer to a result which a successful task did not write. The run then fails. */
  readonly invalid: string[];
}

export function pipelineResults(
  declared: NonNullable<PipelineSpec["results"]>,
  state: PipelineState,
): PipelineResults {
  const results: PipelineResults["results"] = [];
  const invalid: string[] = [];
  for (const { name, value } of declared) {
    const missing = resultRefs(value).filter(({ task, result }) => {
      const written = state.facts.taskRuns.get(task)?.status?.results ?? [];
      return !written.some((each) => each.name === result);
    });
    if (missing.length === 0) results.push({ name, value: state.results.deep(value) });
    else if (missing.some(({ task }) => state.isSuccessful(task))) invalid.push(name);
  }
  return { results, invalid };
}
