/** Runs out of YAML files that have nothing else. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Run } from "../../tekton/model.ts";
import { readFile } from "./manifest_texts.ts";
import { objectsOf } from "./read_objects.ts";

export interface ReadRuns {
  readonly runs: readonly Run[];
  /** Fields that the program does not know, as in LocalObjects. */
  readonly unknown: readonly string[];
}

/** Reads the PipelineRuns and TaskRuns of a file, `-` for stdin. Throws UsageError. */
export async function readRuns(host: Host, file: string): Promise<ReadRuns> {
  const text = await readFile(host, file);
  const { runs, definitions, others, unknown } = objectsOf({
    path: file,
    text,
    isOfDirectory: false,
  });
  const [other] = [
    ...definitions.map(({ kind, object }) => `${kind} "${object.metadata.name}" of ${file}`),
    ...others,
  ];
  if (other !== undefined) {
    throw new UsageError(`Cannot create ${other}: it is not a run`, {
      hint: "a PipelineRun or TaskRun of tekton.dev/v1 or v1beta1; kubectl creates the rest",
    });
  }
  if (runs.length > 0) return { runs: runs.map(({ run }) => run), unknown };
  throw new UsageError(`Cannot create what is in "${file}": it is empty`);
}
