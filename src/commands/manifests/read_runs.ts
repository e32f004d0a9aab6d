/** Runs out of YAML files. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { KubeObject } from "../../kube/interface.ts";
import { RESOURCE_OF, type Run } from "../../tekton/model.ts";
import { type CheckedRun, checkedRun } from "../../tekton/run_shape.ts";
import { runFromV1beta1 } from "../../tekton/v1beta1.ts";
import { readFile } from "./manifest_texts.ts";
import { unknownOf } from "./mistyped_fields.ts";
import { parseObjects } from "./tekton_documents.ts";

/** Reads the PipelineRuns and TaskRuns of a file, `-` for stdin. Throws UsageError. */
export async function readRuns(host: Host, file: string): Promise<Run[]> {
  const text = await readFile(host, file);
  const runs = parseObjects(text, file).map((document) => asRun(document, file));
  if (runs.length > 0) return runs;
  throw new UsageError(`Cannot create what is in "${file}": it is empty`);
}

function asRun(document: unknown, file: string): Run {
  const { apiVersion, kind = "", metadata, spec } = (document ?? {}) as Partial<KubeObject>;
  if (Object.hasOwn(RESOURCE_OF, kind) && metadata && spec) {
    const what = `Cannot create what is in "${file}"`;
    const checked = () => {
      const run = checkedRun(document as CheckedRun, what);
      unknownOf(run, what);
      return run;
    };
    if (apiVersion === "tekton.dev/v1") return checked() as Run;
    if (apiVersion === "tekton.dev/v1beta1") return runFromV1beta1(checked(), what);
  }
  const found = [apiVersion, kind].filter(Boolean).join(" ") || "a document";
  throw new UsageError(`Cannot create what is in "${file}": ${found} is not a run`, {
    hint: "a PipelineRun or TaskRun of tekton.dev/v1 or v1beta1; kubectl creates the rest",
  });
}
