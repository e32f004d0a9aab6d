/** YAML, by the library `yaml`: the only module that knows it. */
import { parse, parseAllDocuments, stringify } from "npm:yaml@2.9.1";
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import type { Placement } from "../tekton/place.ts";
import type { OutputFormat } from "./upload_options.ts";

/** The documents of a text, empty ones left out. Throws UsageError with the line where one is none. */
export function parseYamlDocuments(text: string, path: string): unknown[] {
  const documents = parseAllDocuments(text);
  for (const { errors: [error] } of documents) {
    if (error !== undefined) {
      throw new UsageError(`Cannot read "${path}": ${error.message.split("\n")[0]}`);
    }
  }
  return documents.map((document) => document.toJS()).filter((value) => value !== null);
}

/** The one document of a text. Throws UsageError with the line where it is none. */
export function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}

/** `pipelinerun.tekton.dev/build-run-`; to a generateName the cluster adds five characters. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind!.toLowerCase()}.tekton.dev/${metadata.name ?? metadata.generateName}`;
}

/** What would be created, the run first; a placement that is not inline is several objects. */
export function renderPlacement(
  placement: Placement,
  format: OutputFormat,
  sentences: readonly string[],
): string {
  if (placement.whyNotInline === undefined) return renderRun(placement.inline(), format, sentences);
  const { run, objects } = placement.temporary!("tkn-dev-temporary");
  const why = `With temporary objects, which the run owns: ${placement.whyNotInline}.`;
  const between = format === "yaml" ? "---\n" : "";
  return [
    renderRun(run, format, [...sentences, why]),
    ...objects.map((object) => renderRun(object, format, [])),
  ].join(between);
}

/** An object as `kubectl create -f -` takes it; in YAML with sentences about it above. */
export function renderRun(
  run: KubeObject,
  format: OutputFormat,
  sentences: readonly string[],
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(run, undefined, 2)}\n`;
    case "name":
      return `${nameOf(run)}\n`;
    case "yaml": {
      const head = sentences.map((sentence) => `# ${sentence}\n`).join("");
      // Without aliases and folds: what is twice in it is there twice, and a script stays as it is.
      return head +
        stringify(JSON.parse(JSON.stringify(run)), { aliasDuplicateObjects: false, lineWidth: 0 });
    }
  }
}
