/** The workspace bindings of a new run, as -w gives them. */
import type { WorkspaceFlag } from "../../cli/values.ts";
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { WorkspaceBinding } from "../../tekton/model.ts";
import { CLAIM, CSI_SOURCE } from "../../tekton/strict_fields.ts";
import { readStrictFile, type StrictFile } from "../manifests/strict_file.ts";

const CLAIM_FILE: StrictFile = {
  flag: "volumeClaimTemplateFile",
  fields: CLAIM,
  hint: "a YAML file with the spec of a PersistentVolumeClaim",
};
const CSI_FILE: StrictFile = {
  flag: "csiFile",
  fields: CSI_SOURCE,
  hint: "a YAML file with the driver and the volumeAttributes of a CSI volume",
};

/** Reads each file or URL into its binding. Throws UsageError. */
export async function readBindings(
  host: Host,
  flags: { readonly workspaces: readonly WorkspaceFlag[] },
): Promise<WorkspaceBinding[]> {
  return await Promise.all(
    flags.workspaces.map(async ({ volumeClaimTemplateFile, csiFile, ...bound }) => ({
      ...bound,
      ...(volumeClaimTemplateFile === undefined
        ? {}
        : { volumeClaimTemplate: await readClaimTemplate(host, volumeClaimTemplateFile) }),
      ...(csiFile === undefined ? {} : { csi: await readStrictFile(host, csiFile, CSI_FILE) }),
    })),
  );
}

async function readClaimTemplate(host: Host, path: string): Promise<Record<string, unknown>> {
  const template = await readStrictFile(host, path, CLAIM_FILE);
  if ("spec" in template) return template;
  throw new UsageError(
    `Cannot read volumeClaimTemplateFile "${path}": it is not a PersistentVolumeClaim: it has no spec`,
    { hint: CLAIM_FILE.hint },
  );
}
