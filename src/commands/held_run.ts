/** Runs what was lowered to hold: with a person at each pause, a command in each step's place, or left held. */
import { ClusterError, UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { type AtPause, debug } from "../run/debug.ts";
import { printable } from "../printable.ts";
import { annotate } from "../run/metadata.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { insteadCommand } from "../step/scripts.ts";
import type { HeldRun } from "../tekton/breakpoint/hold_run.ts";
import type { PipelineRun, TaskRun } from "../tekton/model.ts";
import type { Narrator } from "./narrate.ts";
import { printData } from "./print_data.ts";
import { howToGoOn, workAt } from "./session.ts";
import { sendInto } from "./send_into.ts";
import type { Source } from "./source.ts";
import { annotations, holdChanges, type Lowered, resultFiles } from "./upload.ts";
import type { RunFlags, SendFlags, UploadFlags } from "./upload_options.ts";
import { renderRunManifest } from "./yaml.ts";

/** What is done at a pause: a person works in a shell, another command is run, or nothing. */
export type AtEachPause =
  | { shell: { debugImage?: string; patchFile?: string } }
  | { instead: string }
  | "leave";

export interface HeldRunOptions {
  readonly flags: RunFlags & SendFlags;
  readonly kube: Kube;
  readonly narrator: Narrator;
  readonly held: HeldRun<PipelineRun | TaskRun>;
  /** Sent at the first pause. */
  readonly source?: Source;
  /** Of the Task, to be there from the first pause on. */
  readonly results: Readonly<Record<string, string>>;
  readonly atPause: AtEachPause;
  /** What was changed to hold it, for --dry-run: a sentence each. */
  readonly changes: readonly string[];
}

/** Throws UsageError where a person is needed and there is no terminal. */
export function checkTerminal({ terminal }: Host, atPause: AtEachPause, hint: string): void {
  if (atPause === "leave" || "instead" in atPause) return;
  if (terminal.isTerminal.stdin && terminal.isTerminal.stdout) return;
  throw new UsageError("Cannot open a shell: stdin is no terminal", { hint });
}

/** The exit code. */
export async function runHeld(host: Host, options: HeldRunOptions): Promise<number> {
  const { flags, kube, narrator, held } = options;
  if (flags.dryRun !== undefined) {
    printData(host, renderRunManifest(held.runManifest, flags.dryRun, options.changes));
    return 0;
  }
  if (held.held.length === 0) {
    throw new UsageError("Cannot hold the run: none of its steps can be held", {
      hint: "name one with --on-step",
    });
  }
  const { outcome } = await debug({
    kube,
    clock: host.clock,
    random: host.random,
    runManifest: held.runManifest,
    emit: narrator.emit,
    interrupt: host.interrupt,
    isWatched: options.atPause !== "leave" && "shell" in options.atPause,
    atPause: (at) => workAtPause(host, options, at),
  });
  return outcome === undefined || outcome.succeeded ? 0 : 1;
}

/** An upload after which the step is left held, its own work still to be done. */
export async function runHandedOver(
  host: Host,
  flags: UploadFlags,
  { narrator, standIn, notes, ...held }:
    & Pick<HeldRunOptions, "kube" | "narrator" | "held">
    & Pick<Lowered, "standIn" | "notes">
    & { source: Source },
): Promise<number> {
  const { emit } = narrator;
  for (const text of notes) emit({ kind: "note", text });
  return await runHeld(host, {
    ...held,
    flags,
    narrator,
    results: await resultFiles(flags, held.source, { standIn }, emit),
    atPause: flags.handOver === "shell" ? { shell: {} } : "leave",
    changes: holdChanges(held.held.held),
  });
}

/** Throws UsageError where a shell is asked for and there is no terminal. */
export function checkHandOver(host: Host, { handOver, dryRun }: UploadFlags): void {
  if (handOver !== "shell" || dryRun !== undefined) return;
  checkTerminal(
    host,
    { shell: {} },
    "leave out --shell; tkn-dev pipelinerun shell opens one later",
  );
}

async function workAtPause(
  host: Host,
  options: HeldRunOptions,
  at: AtPause,
): Promise<"released" | "left"> {
  const { kube, narrator, atPause, source } = options;
  const { live, emit, signal, isFirst } = at;
  const pause = isFirst && source !== undefined
    ? await sendTo(host, options, at, source)
    : at.pause;
  const run = { kind: live.kind, run: live.name, connect: options.flags.connect };
  if (atPause === "leave") {
    host.terminal.out(printable`${live.name}\n`);
    host.terminal.err(howToGoOn(run, stepPath(pause)));
    return "left";
  }
  if ("instead" in atPause) {
    await runInstead(kube, pause, atPause.instead, signal);
    emit({ kind: "released" });
    return "released";
  }
  const color = options.flags.color && !host.env.get("NO_COLOR");
  const session = { host, kube, run, color, ...atPause.shell, signal };
  const end = await narrator.aside(() => workAt(session, pause));
  if (end === "released") emit({ kind: "released" });
  return end;
}

/** The directory into the step's workspace, which stays held; the pause with where that is. */
async function sendTo(
  host: Host,
  { kube, flags, results }: HeldRunOptions,
  { pause, live, emit, signal }: AtPause,
  source: Source,
): Promise<Pause> {
  const sent = await sendInto(host, { kube, pause, source, flags, results, emit, signal });
  await annotate(kube, live, annotations(sent.receipt, await source.git));
  return sent.pause;
}

/** Its output is the step's log, its exit code the step's. */
async function runInstead(
  kube: Kube,
  pause: Pause,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, pod, container, gate } = pause;
  if (gate !== "script") {
    throw new UsageError(
      `Cannot run another command in step "${stepPath(pause)}": it is held without a shell`,
      { hint: "leave out --without-shell, or choose another --on-step" },
    );
  }
  const command = insteadCommand(text);
  const { exitCode, message } = await kube.exec({ namespace, pod, container, command, signal });
  if (exitCode === 0) return;
  throw new ClusterError(`Cannot run another command in step "${stepPath(pause)}": ${message}`);
}
