/** YAML, by the library `yaml`: the only module that knows it. */
import { parse, parseAllDocuments, stringify, type Tags } from "npm:yaml@2.9.1";
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { escape } from "../printable.ts";
import type { RunManifest } from "../tekton/run_manifest.ts";
import type { OutputFormat } from "./upload_options.ts";

/** The documents of a text, empty ones left out. Throws UsageError with the line where one is none. */
export function parseYamlDocuments(text: string, path: string): unknown[] {
  try {
    return parseDocuments(text).filter((value) => value !== null);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}

/** The one document of a text. Throws UsageError with the line where it is none. */
export function parseYaml(text: string, path: string): unknown {
  try {
    return withoutCycle(parse(text));
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}

/**
 * The documents of a text as Kubernetes reads YAML: version 1.1 (`yes` is true, 0644 is 420), where
 * dates and `1:30` stay text. Throws the library's error for a text that is none.
 */
export function parseDocuments(text: string): unknown[] {
  const customTags = (tags: Tags) =>
    tags.filter((tag) =>
      typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:timestamp" && tag.format !== "TIME"
    );
  const options = { version: "1.1", customTags, stringKeys: true } as const;
  return [...parseAllDocuments(text, options)].map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return withoutCycle(document.toJS());
  });
}

/** Throws where an alias stands in what it is an alias of: no JSON can say that. */
function withoutCycle<T>(value: T, outer: readonly unknown[] = []): T {
  if (typeof value !== "object" || value === null) return value;
  if (outer.includes(value)) throw new Error("an alias stands in what it is an alias of");
  for (const inner of Object.values(value)) withoutCycle(inner, [...outer, value]);
  return value;
}

/** `pipelinerun.tekton.dev/build-run-`; to a generateName the cluster adds five characters. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind!.toLowerCase()}.tekton.dev/${metadata.name ?? metadata.generateName}`;
}

/** What would be created, in that order; a runManifest that is not inline is several objects. */
export function renderRunManifest(
  runManifest: RunManifest,
  format: OutputFormat,
  sentences: readonly string[],
): string {
  if (runManifest.whyNotInline === undefined) {
    return renderRun(runManifest.inline(), format, sentences);
  }
  const { run, objects } = runManifest.temporary!("tkn-dev-temporary");
  const why = `With temporary objects, which the run owns: ${runManifest.whyNotInline}.`;
  const between = format === "yaml" ? "---\n" : "";
  return [...objects, run]
    .map((object, at) => renderRun(object, format, at === 0 ? [...sentences, why] : []))
    .join(between);
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
      const head = sentences.map((sentence) => `# ${escape(sentence)}\n`).join("");
      // Without aliases and folds: what is twice in it is there twice, and a script stays as it is.
      return head +
        stringify(JSON.parse(JSON.stringify(run)), { aliasDuplicateObjects: false, lineWidth: 0 });
    }
  }
}
