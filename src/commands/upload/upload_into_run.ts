/** Prepares an upload into a new run: the tree, its results, and the plan for its place. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { UploadOptions } from "../../run/send_at_pauses.ts";
import type { UploadStep } from "../../tekton/breakpoint/hold_run.ts";
import type { RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { entriesToSend, type Source, treeToSend } from "../source/source.ts";
import { uploadAnnotations } from "../source/upload_annotation.ts";
import type { UploadPlan } from "./plan_upload.ts";
import { prepack } from "./prepack.ts";
import { resultFiles } from "./result_files.ts";

/** An upload that stands in for steps of the run. */
export interface PlannedUpload {
  readonly source: Source;
  readonly plan: UploadPlan;
}

export interface UploadIntoRunOptions extends PlannedUpload {
  readonly flags: RunFlags & SendFlags;
  readonly step: UploadStep;
  readonly emit: (event: RunEvent) => void;
}

/** Emits the plan's notes. Throws UsageError for results that the run does not take. */
export async function uploadIntoRun(
  host: Host,
  { flags, source, plan, step, emit }: UploadIntoRunOptions,
): Promise<UploadOptions> {
  for (const text of plan.notes) emit({ kind: "note", text });
  const results = await resultFiles(flags, source.git, plan.replacedWork, emit);
  const facts = await source.git;
  return {
    held: step,
    isHeld: step.isHeld,
    annotations: (receipt) => uploadAnnotations(receipt, facts),
    ...treeToSend(source),
    entries: entriesToSend(source, emit),
    prepack: (signal) => prepack(host, { flags, source, signal }),
    program: flags.program,
    compress: flags.compress,
    deletes: plan.deletes,
    results,
    pauseSeconds: flags.pauseSeconds,
  };
}
