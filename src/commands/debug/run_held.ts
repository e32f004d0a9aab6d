/** Runs a run that holds: at each pause the user works, a command runs, or the step stays held. */
import { ClusterError, Interrupted, UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { type AtPause, debug } from "../../run/debug.ts";
import { annotate } from "../../run/metadata.ts";
import { createRun } from "../../run/create/create_run.ts";
import { insteadCommand } from "../../step/scripts.ts";
import type { HeldRun } from "../../tekton/breakpoint/hold_run.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import { sendIntoStep } from "../held/send_into_step.ts";
import { printCreated } from "../manifests/print_created.ts";
import { renderRunManifest } from "../manifests/render_run.ts";
import type { AtEachPause } from "../options/debug_flags.ts";
import type { RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import type { TurnFlags } from "../options/turn_flags.ts";
import { useColor } from "../output/color.ts";
import type { Narrator } from "../output/narrator.ts";
import { printData } from "../output/print_data.ts";
import { howToContinue, willHold } from "../session/how_to_continue.ts";
import { workAt } from "../session/session.ts";
import type { Source } from "../source/source.ts";
import { holdChanges } from "../start/gate.ts";
import { uploadAnnotations } from "../source/upload_annotation.ts";
import { checkWatch, watchStep } from "../turns/watched_step.ts";

export interface HeldRunOptions {
  readonly flags: RunFlags & SendFlags;
  readonly kube: Kube;
  readonly narrator: Narrator;
  readonly held: HeldRun<PipelineRun | TaskRun>;
  /** The directory to send at the first pause. */
  readonly source?: Source;
  /** Results of the Task, written at the first pause. */
  readonly results: Readonly<Record<string, string>>;
  readonly atPause: AtEachPause;
  /** Whether the run is created, printed and left: nothing is done at its pauses. */
  readonly isOnlyCreated?: boolean;
}

/** Throws UsageError if a shell would have no terminal. */
export function checkTerminal(host: Host, atPause: AtEachPause, hint: string): void {
  if (atPause === "leave" || "instead" in atPause) return;
  if (atPause.shell.turns !== undefined) return checkWatch(host);
  const { terminal } = host;
  if (terminal.isTerminal.stdin && terminal.isTerminal.stdout) return;
  throw new UsageError("Cannot open a shell: stdin is not a terminal", { hint });
}

/** Returns the exit code. */
export async function runHeld(host: Host, options: HeldRunOptions): Promise<number> {
  const { flags, kube, narrator, held } = options;
  if (flags.dryRun !== undefined) {
    printData(host, renderRunManifest(held.runManifest, flags.dryRun, holdChanges(held.held)));
    return 0;
  }
  if (held.held.length === 0) {
    throw new UsageError("Cannot hold the run: none of its steps can be held", {
      hint: "name one with --on-step",
    });
  }
  if (options.isOnlyCreated) return await createHeld(host, options);
  const hasShell = options.atPause !== "leave" && "shell" in options.atPause;
  let hasArrived = options.source === undefined;
  const { outcome } = await debug({
    kube,
    clock: host.clock,
    random: host.random,
    runManifest: held.runManifest,
    emit: narrator.emit,
    interrupt: host.interrupt,
    isWatched: () => hasShell && hasArrived,
    atPause: (at) => workAtPause(host, options, at, () => void (hasArrived = true)),
  });
  return outcome === undefined || outcome.succeeded ? 0 : 1;
}

/** --output: creates the run, prints it, and leaves it to hold. Returns the exit code. */
async function createHeld(
  { clock, random, interrupt, terminal }: Host,
  { kube, flags, narrator, held }: HeldRunOptions,
): Promise<number> {
  const { run, why, owned } = await createRun(
    { kube, clock, random, interrupt },
    held.runManifest,
  );
  await owned;
  printCreated({ terminal }, run, flags.print);
  if (why !== undefined) {
    narrator.emit({ kind: "note", text: `With temporary objects, which the run owns: ${why}` });
  }
  narrator.emit({ kind: "note", text: willHold(run, held.held, flags.connect) });
  return 0;
}

async function workAtPause(
  host: Host,
  options: HeldRunOptions,
  at: AtPause,
  arrived: () => void,
): Promise<"released" | "left"> {
  const { flags, kube, narrator, atPause, source } = options;
  const { live, emit, signal, isFirst } = at;
  if (isWatching(atPause)) return await watchAtPause(host, options, atPause, at);
  const pause = isFirst && source !== undefined
    ? await sendAtPause(host, options, at, source)
    : at.pause;
  arrived();
  const run = { kind: live.kind, run: live.name, connect: flags.connect };
  if (atPause === "leave") {
    printCreated(host, live.run, flags.print);
    host.terminal.err(howToContinue(run, stepPath(pause)));
    return "left";
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

function isWatching(atPause: AtEachPause): atPause is WatchingAtPause {
  return atPause !== "leave" && "shell" in atPause && atPause.shell.turns !== undefined;
}

/** Works in turns on the directory, until the user releases the step or leaves. */
async function watchAtPause(
  host: Host,
  { flags, kube, narrator, results }: HeldRunOptions,
  { shell: { turns, ...shell } }: WatchingAtPause,
  { pause, live, emit, signal, isFirst }: AtPause,
): Promise<"released" | "left"> {
  const run = { kind: live.kind, run: live.name, connect: flags.connect };
  const end = await narrator.suspendFor(() =>
    watchStep({
      ...{ host, kube, run, pause, flags, turns, signal, ...shell },
      results: isFirst ? results : {},
      async onSent(receipt, source) {
        if (isFirst) await annotate(kube, live, uploadAnnotations(receipt, await source.git));
      },
    })
  );
  if (end === "quit" || end === "interrupted") {
    throw new Interrupted(`Interrupted: step "${stepPath(pause)}" was held`);
  }
  if (end === "released") emit({ kind: "released" });
  return end;
}

type WatchingAtPause = { shell: { turns: TurnFlags; debugImage?: string; patchFile?: string } };

/** Sends the directory into the held step. Returns the pause with the workspace's path. */
async function sendAtPause(
  host: Host,
  { kube, flags, results }: HeldRunOptions,
  { pause, live, emit, signal }: AtPause,
  source: Source,
): Promise<Pause> {
  const sent = await sendIntoStep(host, { kube, pause, source, flags, results, emit, signal });
  await annotate(kube, live, uploadAnnotations(sent.receipt, await source.git));
  return sent.pause;
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
