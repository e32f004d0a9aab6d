/** `pipeline upload` and `task upload`: one command, with an adapter for the differences. */
import type { Answers } from "../../cli/answers.ts";
import type { Host } from "../../host.ts";
import type { UploadPlace } from "../../resolve/resolve_held_run.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import { stepName } from "../../tekton/target.ts";
import { withAnswers } from "../ask/read_answers.ts";
import { canOpenShell, runHeld } from "../holding/run_held.ts";
import type { RunFlags } from "../options/run_flags.ts";
import type { SendFlags } from "../options/send_flags.ts";
import type { UploadChoice, UploadFlags } from "../options/upload_flags.ts";
import { openNarrator } from "../output/narrator.ts";
import { notesOnce } from "../output/notes_once.ts";
import { reported, type Reports } from "../output/reports.ts";
import { Memory } from "../again/memory.ts";
import { openBase, planOnBase } from "../source/base.ts";
import { type ListOrExplain, listOrExplain } from "../source/list_or_explain.ts";
import { openSource, type Source } from "../source/source.ts";
import type { Definition, DefinitionKind } from "../start/definition_kind.ts";
import { newGate } from "../start/gate.ts";
import {
  holdRequested,
  requestRun,
  type RunRequest,
  type StartOptions,
} from "../start/run_request.ts";
import { startAgain } from "../start/start_again.ts";
import { readBindings } from "../start/workspace_bindings.ts";
import type { BaseCommit } from "../../tree/git/base_commit.ts";
import { Ahead, WATCHDOG_SECONDS } from "../watch/ahead.ts";
import { IdleLine } from "../watch/idle_line.ts";
import { endsWithTerminal, watch } from "../watch/watch.ts";
import { clonedBase } from "./on_clone.ts";
import { checkHandOver, runHandedOver } from "./hand_over.ts";
import { intoPlace, type UploadPlan } from "./plan_upload.ts";

export interface UploadOptions extends UploadFlags, StartOptions {
  readonly listOrExplain?: ListOrExplain;
}

/** The flags for the place of an upload. */
export type PlaceFlags =
  & UploadChoice
  & Pick<SendFlags, "onWorkspace" | "onDirectory" | "deletes">
  & Pick<RunFlags, "results">
  & Pick<StartOptions, "files">;

/** How an upload into a run of a Pipeline differs from one into a run of a Task. */
export interface UploadAdapter<D extends Definition, R extends PipelineRun | TaskRun> {
  readonly definitionKind: DefinitionKind<D, R>;
  /** Throws UsageError for flags that do not fit the definition, whatever the user answers. */
  check?(read: Pick<RunRequest<D>, "owner" | "definition">, flags: PlaceFlags): void;
  /** Returns the breakpoints of --break and --on-failure, if any. Throws UsageError. */
  breakpoints(
    read: Pick<RunRequest<D>, "owner" | "definition">,
    flags: UploadFlags,
  ): Breakpoints | undefined;
  /** Chooses the steps that the upload stands in for, and its place. Throws UsageError. */
  plan(request: RunRequest<D>, flags: PlaceFlags, base?: BaseCommit): Promise<UploadTarget>;
}

/** Where in the run the upload goes. */
export interface UploadTarget {
  readonly plan: UploadPlan;
  readonly place: UploadPlace;
  /** The changes that the upload needs, as sentences for --dry-run. */
  readonly changes: readonly string[];
  /** Work of the run that does not wait for the upload, as `task lint`. */
  readonly early: readonly string[];
}

/** Returns the exit code. */
export async function runUploadCommand<D extends Definition, R extends PipelineRun | TaskRun>(
  given: Host,
  adapter: UploadAdapter<D, R>,
  options: UploadOptions,
): Promise<number> {
  const host = options.watch === undefined ? given : endsWithTerminal(given);
  if (options.listOrExplain !== undefined) {
    return await listOrExplain(host, options, options.listOrExplain);
  }
  await using memory = new Memory(host, options.typed);
  let asked = options; // a user who answered once is not asked at the next change
  const answered = (answers: Answers) => {
    asked = withAnswers(asked, answers);
    memory.answered(answers);
  };
  const line = new IdleLine(host);
  await using ahead = options.watch === "ahead" ? new Ahead(host, line) : undefined;
  const volume = host.random(6); // all runs of a watch are equal
  const said = new Set<string>(); // the next runs of a watch need no note again
  const common = { memory, answered, ahead, said, random: ahead && (() => volume) };
  const once = (host: Host, opened?: Source) =>
    reported(
      host,
      asked,
      (reports) => uploadOnce(host, adapter, asked, { ...common, reports, opened }),
    );
  return options.watch === undefined ? await once(host) : await watch(host, options, once, line);
}

async function uploadOnce<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  adapter: UploadAdapter<D, R>,
  options: UploadOptions,
  { memory, reports, opened, answered, ahead, said, random = host.random }: {
    memory: Memory;
    reports: Reports;
    opened?: Source;
    answered: (answers: Answers) => void;
    ahead?: Ahead;
    said: Set<string>;
    random?: Host["random"];
  },
): Promise<number> {
  const { definitionKind } = adapter;
  checkHandOver(host, options);
  const source = opened ?? await openSource(host, options);
  const workspaces = await readBindings(host, options);
  using own = openNarrator(host, options);
  const narrator = { ...own, emit: reports.listening(memory.listening(own.emit)) };
  const { suspendFor } = narrator;
  const emit = notesOnce(narrator.emit, said);
  const [kube, found] = await Promise.all([
    host.connect(options.connect),
    openBase(host, options.base, { source, emit }),
  ]);
  const check = (read: Pick<RunRequest<D>, "owner" | "definition">) => {
    adapter.check?.(read, options);
    adapter.breakpoints(read, options);
  };
  const requesting = { kube, workspaces, emit, suspendFor, isUpload: true, check };
  const request = await requestRun(host, definitionKind, options, requesting);
  answered(request.answers);
  const { base, planned } = await planOnBase(
    found,
    emit,
    (base) => adapter.plan(request, options, base),
  );
  const { plan, place, changes, early } = planned;
  const again = startAgain(definitionKind, "upload", options, request.newRun.name);
  const { pauseSeconds } = options;
  const watchdogSeconds = ahead && Math.min(WATCHDOG_SECONDS, pauseSeconds);
  const gate = newGate({ random }, pauseSeconds, again, watchdogSeconds);
  if (options.handOver !== undefined) {
    const { standIn, destination, deletes } = plan;
    const step = stepName(plan.spec.steps![standIn.at], standIn.at);
    const breakpoints = { tasks: [], steps: [{ task: place.target?.name, step }] };
    const flags = { ...options, ...intoPlace(destination), deletes };
    const held = await holdRequested(definitionKind, request, breakpoints, { gate });
    return await runHandedOver(host, flags, { kube, narrator, held, source, plan, emit });
  }
  const breakpoints = adapter.breakpoints(request, options);
  const { withoutShell, shell } = options;
  const held = await holdRequested(
    definitionKind,
    request,
    breakpoints ?? { tasks: [], steps: [] },
    { gate, withoutShell, upload: place },
  );
  const atPause = canOpenShell(host, options) ? { shell } : "follow";
  return await runHeld(host, {
    flags: options,
    kube,
    narrator,
    held,
    upload: { source, plan, clone: clonedBase(base, plan), emit },
    changes,
    atPause: breakpoints && atPause,
    follows: options.showlogs,
    ahead: ahead && {
      runs: ahead,
      early: plan.ownClone === undefined ? early : [...early, "the clone"],
    },
  });
}
