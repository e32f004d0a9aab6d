/** YAML, by the library `yaml`: the only module that knows it. */
import { parse, stringify } from "npm:yaml@2.9.1";
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import type { OutputFormat } from "./upload_options.ts";

/** The one document of a text. Throws UsageError with the line where it is none. */
export function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}

/**
 * A run as `kubectl create -f -` takes it; in YAML with sentences about it above. As a name it is
 * `pipelinerun.tekton.dev/build-run-`, to which the cluster adds five characters.
 */
export function renderRun(
  run: KubeObject,
  format: OutputFormat,
  sentences: readonly string[],
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(run, undefined, 2)}\n`;
    case "name":
      return `${run.kind!.toLowerCase()}.tekton.dev/${
        run.metadata.name ?? run.metadata.generateName
      }\n`;
    case "yaml": {
      const head = sentences.map((sentence) => `# ${sentence}\n`).join("");
      // Without aliases and folds: what is twice in it is there twice, and a script stays as it is.
      return head +
        stringify(JSON.parse(JSON.stringify(run)), { aliasDuplicateObjects: false, lineWidth: 0 });
    }
  }
}
