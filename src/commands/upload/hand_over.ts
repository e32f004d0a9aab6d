/** --no-continue: the upload leaves the step held, with its own work still to be done. */
import type { Host } from "../../host.ts";
import { checkTerminal, type HeldRunOptions, runHeld } from "../holding/run_held.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import { resultFiles } from "./result_files.ts";
import type { PlannedUpload } from "./upload_into_run.ts";

/** Throws UsageError if --shell has no terminal. */
export function checkHandOver(host: Host, { handOver, dryRun }: UploadFlags): void {
  if (handOver !== "shell" || dryRun !== undefined) return;
  checkTerminal(
    host,
    { shell: {} },
    "leave out --shell; tkn-dev pipelinerun shell opens one later",
  );
}

interface HandedOverRun extends Pick<HeldRunOptions, "kube" | "narrator" | "held">, PlannedUpload {}

/** Returns the exit code. */
export async function runHandedOver(
  host: Host,
  flags: UploadFlags,
  { source, plan, emit, ...run }: HandedOverRun,
): Promise<number> {
  for (const text of plan.notes) emit({ kind: "note", text });
  const results = await resultFiles(flags, source.git, plan.replacedWork, emit);
  return await runHeld(host, {
    ...run,
    flags,
    handOver: { source, results },
    atPause: flags.handOver === "shell" ? { shell: flags.shell } : "leave",
  });
}
