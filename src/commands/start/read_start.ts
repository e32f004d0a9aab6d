/** Reads tkn's flags about a new run, besides its params, workspaces and labels. */
import { UsageError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { PipelineSpec } from "../../tekton/model.ts";
import type { NewRun } from "../../tekton/new_run.ts";
import { POD_TEMPLATE } from "../../tekton/strict_fields.ts";
import { readStrictFile, type StrictFile } from "../manifests/strict_file.ts";
import type { NewRunFlags } from "../options/run_flags.ts";
import type { Definition } from "./definition_kind.ts";

export type Started = Pick<
  NewRun,
  "serviceAccount" | "taskAccounts" | "podTemplate" | "prefix" | "timeouts"
>;

const POD_TEMPLATE_FILE: StrictFile = {
  flag: "--pod-template",
  fields: POD_TEMPLATE,
  hint: "a YAML file with fields of a pod template, as nodeSelector",
};

/** Throws UsageError. */
export async function readStart(
  host: Host,
  flags: NewRunFlags,
  definition: Definition | undefined,
  emit: (event: RunEvent) => void,
): Promise<Started> {
  const { serviceAccount, taskAccounts, prefix, timeouts, podTemplate: file } = flags;
  for (const text of flags.notes) emit({ kind: "note", text });
  if (definition !== undefined) checkTasks(flags, definition.spec, emit);
  const podTemplate = file === undefined
    ? undefined
    : await readStrictFile(host, file, POD_TEMPLATE_FILE);
  return { serviceAccount, taskAccounts, prefix, timeouts, podTemplate };
}

/**
 * Throws UsageError for the service account of a task that the Pipeline lacks: Tekton fails such a
 * run. A dry run only notes it.
 */
function checkTasks(
  { taskAccounts, dryRun }: NewRunFlags,
  { tasks = [], finally: last = [] }: Pick<PipelineSpec, "tasks" | "finally">,
  emit: (event: RunEvent) => void,
): void {
  const names = [...tasks, ...last].map(({ name }) => name);
  const unknown = taskAccounts.find(({ task }) => !names.includes(task));
  if (unknown === undefined) return;
  const error = new UsageError(
    `Cannot set the service account of task "${unknown.task}": the Pipeline has no such task`,
    { hint: `its tasks: ${names.join(", ")}` },
  );
  if (dryRun === undefined) throw error;
  emit({ kind: "note", text: `${error.message}; ${error.hint}` });
}
