/** The workspace bindings of a new run, as -w gives them. */
import { UsageError } from "../../errors.ts";
import { FileError, type Files, type Host } from "../../host.ts";
import type { WorkspaceBinding } from "../../tekton/model.ts";
import { parseYaml } from "../manifests/yaml.ts";
import type { RunFlags } from "../options/run_flags.ts";

/** Reads each volumeClaimTemplateFile into its binding. Throws UsageError. */
export async function readBindings(
  host: Host,
  flags: Pick<RunFlags, "workspaces">,
): Promise<WorkspaceBinding[]> {
  return await Promise.all(
    flags.workspaces.map(async ({ volumeClaimTemplateFile: path, ...bound }) =>
      path === undefined
        ? bound
        : { ...bound, volumeClaimTemplate: await readClaimTemplate(host.files, path) }
    ),
  );
}

async function readClaimTemplate(files: Files, path: string): Promise<Record<string, unknown>> {
  const refuse = (why: string, cause?: unknown) =>
    new UsageError(`Cannot read volumeClaimTemplateFile "${path}": ${why}`, {
      hint: "a YAML file with the spec of a PersistentVolumeClaim",
      cause,
    });
  const text = await files.readText(path).catch((error) => {
    throw error instanceof FileError ? refuse(error.state, error) : error;
  });
  if (text === undefined) throw refuse("no such file");
  const template = parseYaml(text, path);
  if (typeof template === "object" && template !== null && "spec" in template) {
    return template as Record<string, unknown>;
  }
  throw refuse("it is not a PersistentVolumeClaim: it has no spec");
}
