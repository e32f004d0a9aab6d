/** --no-continue: the upload leaves the step held, with its own work still to be done. */
import type { Host } from "../../host.ts";
import { checkTerminal, type HeldRunOptions, runHeld } from "../debug/run_held.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import type { Source } from "../source/source.ts";
import { type ReplacedWork, resultFiles } from "./result_files.ts";

/** Throws UsageError if --shell has no terminal. */
export function checkHandOver(host: Host, { handOver, dryRun }: UploadFlags): void {
  if (handOver !== "shell" || dryRun !== undefined) return;
  checkTerminal(
    host,
    { shell: {} },
    "leave out --shell; tkn-dev pipelinerun shell opens one later",
  );
}

interface HandedOverRun extends Pick<HeldRunOptions, "kube" | "narrator" | "held"> {
  readonly source: Source;
  readonly replacedWork?: ReplacedWork;
  readonly notes: readonly string[];
}

/** Returns the exit code. */
export async function runHandedOver(
  host: Host,
  flags: UploadFlags,
  { narrator, replacedWork, notes, ...run }: HandedOverRun,
): Promise<number> {
  const { emit } = narrator;
  for (const text of notes) emit({ kind: "note", text });
  return await runHeld(host, {
    ...run,
    flags,
    narrator,
    results: await resultFiles(flags, run.source.git, replacedWork, emit),
    atPause: flags.handOver === "shell" ? { shell: {} } : "leave",
  });
}
