/** The `logs` of a run, by its name or as a run of a Pipeline or Task: so far, or until it ends. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import { isHeld } from "../hold/held_steps.ts";
import { stepPath } from "../hold/pause.ts";
import type { Host } from "../host.ts";
import type { Kube, KubeObject, Stored } from "../kube/interface.ts";
import { type Children, readChildren } from "../objects/children.ts";
import { followRun } from "../run/follow_run.ts";
import { outcomeOf } from "../run/outcome.ts";
import { LiveRun } from "../run/live_run.ts";
import { type LogSelection, stepNames, taskNames, whyNoLogs } from "../run/logs/log_selection.ts";
import { printLogs } from "../run/logs/print_logs.ts";
import type { Run } from "../tekton/model.ts";
import { isCancelled, phaseOf } from "../tekton/phase.ts";
import { checkNamed, chooseRun } from "./logs/choose_run.ts";
import { type LogsFlags, logsFlags } from "./logs/logs_flags.ts";
import { commandLine } from "./options/held_options.ts";
import { type Narrator, openNarrator } from "./output/narrator.ts";
import { reported, type Reports } from "./output/reports.ts";
import { untilClosed } from "./output/until_closed.ts";

export type Options = LogsFlags;

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  return logsFlags(call);
}

/** Returns the exit code: 0 once stdout has no reader, as in `tkn-dev pr logs RUN -f | head -1`. */
export async function run(host: Host, options: Options): Promise<number> {
  const { closed } = host.terminal;
  return await untilClosed(
    closed,
    (signal) => reported(host, options, (reports) => showLogs(host, options, reports, signal)),
  );
}

interface Shown {
  readonly kube: Kube;
  readonly run: Stored<Run>;
  readonly narrator: Narrator;
  readonly signal: AbortSignal;
  /** Reads the run's pods and TaskRuns once, when they are first needed. */
  readonly children: () => Promise<Children>;
}

async function showLogs(
  host: Host,
  options: Options,
  reports: Reports,
  closed: AbortSignal,
): Promise<number> {
  using own = openNarrator(host, {
    ...options,
    showlogs: true,
    onlyFailure: !options.follows,
  });
  const narrator = { ...own, emit: reports.listening(own.emit) };
  checkNamed(host, options);
  const kube = await host.connect(options.connect);
  const run = await chooseRun(host, kube, narrator, options);
  const { name, namespace } = run.metadata;
  reports.about({ resource: run.kind, name, namespace });
  const signal = AbortSignal.any([host.interrupt, closed]);
  let read: Promise<Children> | undefined;
  const children = () => read ??= readChildren(kube, run);
  const shown = { kube, run, narrator, signal, children };
  await checkSelection(shown, options.selection);
  return options.follows ? await follow(host, options, shown) : await print(options, shown);
}

/** Returns the exit code. */
async function print(options: Options, shown: Shown): Promise<number> {
  const { run, narrator: { emit } } = shown;
  const { tasks } = options.selection;
  const { taskRuns } = tasks.length > 0 ? await shown.children() : { taskRuns: [] };
  for (const text of tasks.map((task) => whyNoLogs(run, taskRuns, task))) {
    if (text !== undefined) emit({ kind: "note", text });
  }
  const failed = options.onlyFailed ? failedTaskRuns(await shown.children()) : undefined;
  await printSelected(options, shown, failed);
  const phase = phaseOf(run);
  if (phase.kind === "ended") {
    const { pods, taskRuns } = await shown.children();
    emit({
      kind: "ended",
      outcome: outcomeOf({ run, pods: named(pods), taskRuns: named(taskRuns) }),
    });
  }
  if (failed?.size === 0) return 1;
  if (!options.exitsWithOutcome) return 0;
  return phase.kind === "ended" ? phase.succeeded ? 0 : 1 : 2;
}

function named<T extends Stored<KubeObject>>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((one) => [one.metadata.name, one]));
}

/** Prints the logs so far, only those of `failed` if it is given. */
async function printSelected(
  { selection, logs, events }: Options,
  { kube, run, narrator, signal, children }: Shown,
  failed: ReadonlySet<string> | undefined,
): Promise<void> {
  const { emit } = narrator;
  const hasTimes = logs.timestamps || events;
  const ofTaskRun = failed && ((name: string | undefined) => failed.has(name ?? ""));
  await printLogs(kube, run, await children(), { selection, ofTaskRun, hasTimes, emit, signal });
  narrator.flush();
  if (failed?.size !== 0) return;
  emit({ kind: "note", text: `No task of ${run.kind} ${run.metadata.name} has failed` });
}

/** Returns the exit code: that of the run's outcome. */
async function follow(host: Host, options: Options, shown: Shown): Promise<number> {
  const { kube, run, narrator, signal } = shown;
  const { emit } = narrator;
  const { clock } = host;
  await using live = await LiveRun.attach(kube, run, clock);
  const reporting = reportPauses(live, options, shown);
  reporting.catch(() => {}); // `followRun` fails with the same error
  const { selection } = options;
  const outcome = await followRun({
    kube,
    clock,
    live,
    selection,
    emit: (event) => event.kind === "log" && options.onlyFailed ? undefined : emit(event),
    signal,
  });
  if (options.onlyFailed) {
    await printSelected(options, shown, failedTaskRuns(await shown.children()));
  }
  emit({ kind: "ended", outcome });
  return outcome.succeeded ? 0 : 1;
}

/** Returns the names of the failed TaskRuns of a PipelineRun. */
function failedTaskRuns({ taskRuns }: Children): Set<string> {
  const failed = taskRuns.filter((one) => {
    const phase = phaseOf(one);
    return phase.kind === "ended" && !phase.succeeded && !isCancelled(phase);
  });
  return new Set(failed.map(({ metadata }) => metadata.name));
}

/** Throws UsageError for a task or step that the run does not have, as far as that is known. */
async function checkSelection(
  { run, children }: Shown,
  { tasks, steps }: LogSelection,
): Promise<void> {
  const { name } = run.metadata;
  const known = taskNames(run);
  const task = tasks.find((task) => !known.includes(task));
  if (task !== undefined && known.length > 0) {
    throw new UsageError(`Cannot show task "${task}": ${run.kind} "${name}" has no such task`, {
      hint: `its tasks: ${known.join(", ")}`,
    });
  }
  if (steps.length === 0 || phaseOf(run).kind !== "ended") return;
  const { pods, taskRuns } = await children();
  const names = stepNames(taskRuns, pods);
  const step = steps.find((step) => !names.includes(step.slice(step.indexOf("/") + 1)));
  if (step === undefined) return;
  throw new UsageError(`Cannot show step "${step}": ${run.kind} "${name}" has no such step`, {
    hint: `its steps: ${names.join(", ")}`,
  });
}

/** Notes each step that is held, with the command that opens a shell in it. */
async function reportPauses(
  live: LiveRun,
  { kind, connect }: Options,
  { kube, narrator, signal }: Shown,
): Promise<void> {
  for (let at = 0;; at++) {
    const hasEnded = () => live.phase.kind === "ended" ? null : undefined;
    const pause = await live.until(() => live.pauses.at(at) ?? hasEnded(), signal);
    if (pause === null) return;
    // The logs also contain pauses that are over.
    if (!await isHeld(kube, pause).catch(() => false) || live.phase.kind === "ended") continue;
    const hint = commandLine({ kind, run: live.name, connect }, "shell");
    narrator.emit({ kind: "note", text: `Held at ${stepPath(pause)}: ${hint}` });
  }
}
