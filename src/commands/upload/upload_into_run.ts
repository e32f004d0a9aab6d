/** Prepares an upload into a new run: the tree, or what changed on a base, and its results. */
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import type { UploadOptions } from "../../run/send_at_pauses.ts";
import type { UploadStep } from "../../tekton/breakpoint/hold_run.ts";
import type { RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { type Source, treeToSend } from "../source/source.ts";
import { uploadAnnotations } from "../source/upload_annotation.ts";
import { changesOnClone, type ClonedBase, wholeTree } from "./on_clone.ts";
import type { UploadPlan } from "./plan_upload.ts";
import { prepack } from "./prepack.ts";

/** An upload that stands in for steps of the run, or comes on top of a clone. */
export interface PlannedUpload {
  readonly source: Source;
  readonly plan: UploadPlan;
  /** Set if the clone does its own work, and the upload brings the changes since its commit. */
  readonly clone?: ClonedBase;
  /** Takes the notes about the plan and the tree. */
  readonly emit: (event: RunEvent) => void;
}

export interface UploadIntoRunOptions extends PlannedUpload {
  readonly flags: RunFlags & SendFlags;
  readonly step: UploadStep;
}

export interface PreparedUpload {
  readonly options: UploadOptions;
  /** Returns the commit that the clone has below the upload, if any. To be called after it. */
  readonly base: () => string | undefined;
}

/** Emits the plan's notes. Throws UsageError for results that the run does not take. */
export async function uploadIntoRun(
  host: Host,
  { flags: given, source, plan, clone, step, emit }: UploadIntoRunOptions,
): Promise<PreparedUpload> {
  const flags = { ...given, deletes: plan.deletes };
  for (const text of plan.notes) emit({ kind: "note", text });
  const sending = { source, replacedWork: plan.replacedWork, emit };
  const sent = clone === undefined
    ? { options: await wholeTree(flags, sending), base: () => undefined }
    : changesOnClone(flags, sending, clone);
  const git = await source.git;
  const { base } = sent;
  const options: UploadOptions = {
    held: step,
    isHeld: step.isHeld,
    annotations: (receipt, place) => uploadAnnotations(receipt, { git, base: base(), place }),
    ...treeToSend(source),
    prepack: (signal) => prepack(host, { flags, source, signal }),
    ...sent.options,
    program: flags.program,
    compress: flags.compress,
    deletes: flags.deletes,
    pauseSeconds: flags.pauseSeconds,
  };
  return { options, base };
}
