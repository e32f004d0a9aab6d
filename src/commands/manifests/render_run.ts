/** Runs as --dry-run and `create -o` print them. */
import type { KubeObject } from "../../kube/interface.ts";
import { escape } from "../../printable.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import type { OutputFormat } from "../options/output_format.ts";
import { toYaml } from "./yaml.ts";

/**
 * Returns `pipelinerun.tekton.dev/build-run-x7k2p`. Before the run is created, its name may be only
 * a generateName: `pipelinerun.tekton.dev/build-run-`.
 */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind!.toLowerCase()}.tekton.dev/${metadata.name ?? metadata.generateName}`;
}

/**
 * Renders the objects in the order of their creation: temporary objects first, the run last. JSON
 * of several objects is a List.
 */
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
  const all = [...objects, run];
  if (format === "json") {
    return `${JSON.stringify({ apiVersion: "v1", kind: "List", items: all }, undefined, 2)}\n`;
  }
  return all.map((object, at) => renderRun(object, format, at === 0 ? [...sentences, why] : []))
    .join(format === "yaml" ? "---\n" : "");
}

/** Renders an object for `kubectl create -f -`. YAML begins with the sentences as comments. */
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
    case "yaml":
      return sentences.map((sentence) => `# ${escape(sentence)}\n`).join("") + toYaml(run);
  }
}
