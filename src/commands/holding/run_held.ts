/**
 * Runs a run that holds: an upload is sent where the run holds for one; at each breakpoint the user
 * works, a command runs, or the step stays held.
 */
import { Scope } from "../../async/scope.ts";
import { ClusterError, Interrupted, UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { annotate } from "../../run/metadata.ts";
import { createRun } from "../../run/create/create_run.ts";
import { type HeldRunOptions as RunOptions, runHeld as runToEnd } from "../../run/held_run.ts";
import type { AfterPause, AtPause } from "../../run/work_at_pauses.ts";
import { insteadCommand } from "../../step/scripts.ts";
import type { HeldRun } from "../../tekton/breakpoint/hold_run.ts";
import type { PipelineRun, Run, TaskRun } from "../../tekton/model.ts";
import { printCreated } from "../manifests/print_created.ts";
import { renderRunManifest } from "../manifests/render_run.ts";
import type { AtEachPause, ShellFlags } from "../options/breakpoint_flags.ts";
import { givenResults, type RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import type { TurnFlags } from "../options/turn_flags.ts";
import { useColor } from "../output/color.ts";
import type { Narrator } from "../output/narrator.ts";
import { printData } from "../output/print_data.ts";
import { howToContinue, willHold } from "../session/how_to_continue.ts";
import { missingForShell } from "../session/run_shell.ts";
import { workAt } from "../session/session.ts";
import type { Source } from "../source/source.ts";
import { holdChanges } from "../start/gate.ts";
import { uploadAnnotations } from "../source/upload_annotation.ts";
import { checkWatch, checkWatchedRun } from "../turns/check_watch.ts";
import { OnBase } from "../turns/on_base.ts";
import { sendIntoStep } from "../turns/turn_uploads.ts";
import { watchStep } from "../turns/watched_step.ts";
import { runAhead, type RunsAhead } from "../watch/run_ahead.ts";
import { type PlannedUpload, uploadIntoRun } from "../upload/upload_into_run.ts";

export interface HeldRunOptions {
  readonly flags: RunFlags & SendFlags;
  readonly kube: Kube;
  readonly narrator: Narrator;
  readonly held: HeldRun<PipelineRun | TaskRun>;
  /** The upload that stands in for steps of the run. */
  readonly upload?: PlannedUpload;
  /** The directory to send at the first pause, with results of the Task to write there. */
  readonly handOver?: { source: Source; results: Readonly<Record<string, string>> };
  /** The changes that the upload needs, as sentences for --dry-run. */
  readonly changes?: readonly string[];
  /** The action at breakpoints; undefined without breakpoints. */
  readonly atPause?: AtEachPause;
  /** Whether the run is created, printed and left: nothing is done at its pauses. */
  readonly isOnlyCreated?: boolean;
  /** --watch=ahead: the run may be one that waits, and the next one will. */
  readonly ahead?: RunsAhead;
  /** Whether the run is followed to its end, or left once the upload is released; default: true. */
  readonly follows?: boolean;
}

/** Throws UsageError if a shell would have no terminal. */
export function checkTerminal(host: Host, atPause: AtEachPause, hint: string): void {
  if (typeof atPause === "string" || "instead" in atPause) return;
  if (atPause.shell.turns !== undefined) return checkWatch(host);
  const missing = missingForShell(host.terminal);
  if (missing === undefined) return;
  throw new UsageError(`Cannot open a shell: ${missing} is not a terminal`, { hint });
}

/** Whether a shell can open at a pause: it needs stdin, and stdout for itself. */
export function canOpenShell(
  host: Host,
  { events, outcome }: Pick<RunFlags, "events" | "outcome">,
): boolean {
  return missingForShell(host.terminal) === undefined && !events && outcome !== "-";
}

/** Returns the exit code. */
export async function runHeld(host: Host, options: HeldRunOptions): Promise<number> {
  const { flags, kube, narrator, held, upload, atPause, follows = true } = options;
  if (flags.dryRun !== undefined) {
    const changes = [...options.changes ?? [], ...holdChanges(held.held)];
    printData(host, renderRunManifest(held.runManifest, flags.dryRun, changes));
    return 0;
  }
  if (atPause !== undefined && held.held.length === 0 && !held.upload?.isHeld) {
    throw new UsageError("Cannot hold the run: none of its steps can be held", {
      hint: "name a step to hold at",
    });
  }
  checkAtUpload(options);
  const watches = atPause !== undefined && isWatching(atPause);
  if (watches) checkWatchedRun(held, { ...flags, hasUpload: upload !== undefined });
  if (options.isOnlyCreated) return await createHeld(host, options);
  const { emit } = narrator;
  let hasArrived = options.handOver === undefined;
  const arrived = () => void (hasArrived = true);
  const hasUser = atPause === "follow" || typeof atPause === "object" && "shell" in atPause;
  const prepared = upload && await uploadIntoRun(host, { ...upload, step: held.upload!, flags });
  const onBase = upload?.clone && new OnBase(host.capture, upload.clone);
  using scope = new Scope(host.interrupt);
  if (onBase !== undefined && watches) {
    const { entries, digests } = upload!.source;
    entries.then((all) => digests.ahead(all, scope.signal)).catch(() => {}); // a turn reads it then
  }
  const running: RunOptions = {
    kube,
    clock: host.clock,
    random: host.random,
    runManifest: held.runManifest,
    uploaded: held.upload?.isWhole ? held.upload.task : undefined,
    emit,
    interrupt: host.interrupt,
    upload: prepared && {
      ...prepared.options,
      isSentLater: hasUser,
      onReleased: () => onBase?.uploaded(prepared.base()),
    },
    work: atPause === undefined || !follows ? undefined : {
      isWatched: () => hasUser && hasArrived,
      atPause: (at) => workAtPause(host, options, atPause, { ...at, onBase, arrived }),
    },
    follows,
  };
  const { created, outcome } =
    await (options.ahead === undefined ? runToEnd(running) : runAhead(running, options.ahead));
  if (outcome !== undefined) return outcome.succeeded ? 0 : 1;
  if (!follows) leave(host, options, created);
  return 0;
}

/** --output: creates the run, prints it, and leaves it to hold. Returns the exit code. */
async function createHeld(host: Host, options: HeldRunOptions): Promise<number> {
  const { kube, narrator, held } = options;
  const { clock, random, interrupt } = host;
  const { run, why, owned } = await createRun(
    { kube, clock, random, interrupt },
    held.runManifest,
  );
  await owned;
  if (why !== undefined) {
    narrator.emit({ kind: "note", text: `With temporary objects, which the run owns: ${why}` });
  }
  leave(host, options, run);
  return 0;
}

/** Prints a run that is not followed, and where it will hold. */
function leave(host: Host, { flags, narrator, held }: HeldRunOptions, run: Stored<Run>): void {
  printCreated(host, run, flags.print);
  if (held.held.length === 0) return;
  narrator.emit({ kind: "note", text: willHold(run, held.held, flags.connect) });
}

async function workAtPause(
  host: Host,
  options: HeldRunOptions,
  atPause: AtEachPause,
  at: AtPause & { readonly onBase?: OnBase; readonly arrived: () => void },
): Promise<AfterPause> {
  const { flags, kube, narrator, handOver } = options;
  const { pause, live, emit, signal, isFirst, arrived } = at;
  if (isWatching(atPause)) return await watchAtPause(host, options, atPause, at);
  if (isFirst && handOver !== undefined) await sendAtPause(host, options, at, handOver);
  arrived();
  const run = { kind: live.kind, run: live.name, connect: flags.connect };
  if (atPause === "leave") {
    printCreated(host, live.run, flags.print);
    host.terminal.err(howToContinue(run, stepPath(pause)));
    return "left";
  }
  if (atPause === "follow") {
    const print = () => host.terminal.err(howToContinue(run, stepPath(pause)));
    await narrator.suspendFor(() => Promise.resolve(print()));
    return "held";
  }
  if ("instead" in atPause) {
    await runInstead(kube, pause, atPause.instead, signal);
    emit({ kind: "released" });
    return "released";
  }
  const color = useColor(host, "stderr", flags.color);
  const session = { host, kube, run, color, ...atPause.shell, signal };
  const end = await narrator.suspendFor(() => workAt(session, pause));
  if (end === "released") emit({ kind: "released" });
  return end;
}

/** Throws UsageError if the step with the upload is to do work that it cannot do there. */
function checkAtUpload({ held: { upload: step }, upload, atPause }: HeldRunOptions): void {
  if (!step?.isHeld || atPause === undefined) return;
  const place = `step "${step.step}"`;
  const hint = "choose another --on-step";
  if (isWatching(atPause)) {
    const why = upload?.clone === undefined
      ? "the upload stands in for its work"
      : "its work is the clone below the upload";
    throw new UsageError(`Cannot watch at ${place}: ${why}`, { hint });
  }
  if (upload?.clone !== undefined && typeof atPause === "object" && "instead" in atPause) {
    throw new UsageError(`Cannot run another command in ${place}: its clone is done already`, {
      hint,
    });
  }
}

function isWatching(atPause: AtEachPause): atPause is WatchingAtPause {
  return typeof atPause === "object" && "shell" in atPause && atPause.shell.turns !== undefined;
}

/** Works in turns on the directory, until the user releases the step or leaves. */
async function watchAtPause(
  host: Host,
  { flags, kube, narrator, upload }: HeldRunOptions,
  { shell: { turns, ...shell } }: WatchingAtPause,
  { pause, live, emit, signal, isFirst, onBase }: AtPause & { readonly onBase?: OnBase },
): Promise<"released" | "left"> {
  const run = { kind: live.kind, run: live.name, connect: flags.connect };
  const isSent = upload !== undefined;
  const ofClone = onBase?.at(pause);
  const { base } = ofClone === undefined ? {} : flags;
  const own = upload === undefined
    ? flags
    : { ...flags, base, onWorkspace: undefined, onDirectory: undefined }; // those of the stand-in
  const end = await narrator.suspendFor(() =>
    watchStep({
      ...{ host, kube, run, pause, flags: own, turns, signal, ...shell },
      onBase: ofClone,
      sent: upload?.source,
      results: isFirst && !isSent ? givenResults(flags) : {},
      async onSent(receipt, source) {
        if (!isFirst || isSent) return;
        await annotate(kube, live, uploadAnnotations(receipt, { git: await source.git }));
      },
    })
  );
  if (end === "quit" || end === "interrupted") {
    throw new Interrupted(`Interrupted: step "${stepPath(pause)}" was held`);
  }
  if (end === "released") emit({ kind: "released" });
  return end;
}

type WatchingAtPause = { readonly shell: ShellFlags & { readonly turns: TurnFlags } };

/** Sends the directory into the held step. */
async function sendAtPause(
  host: Host,
  { kube, flags }: HeldRunOptions,
  { pause, live, emit, signal }: AtPause,
  { source, results }: NonNullable<HeldRunOptions["handOver"]>,
): Promise<void> {
  const sending = { host, kube, pause, flags, results, emit };
  const receipt = await sendIntoStep(sending, source, signal);
  await annotate(kube, live, uploadAnnotations(receipt, { git: await source.git }));
}

/** Runs a command in place of the step's work: it makes the step's log and its exit code. */
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
