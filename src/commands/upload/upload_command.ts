/** `pipeline upload` and `task upload`: one command, with an adapter for the differences. */
import type { Answers } from "../../cli/answers.ts";
import type { Host } from "../../host.ts";
import type { TaskUpload } from "../../tekton/breakpoint/lower_task.ts";
import { heldStep } from "../../tekton/breakpoint/replace_steps.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import { stepName } from "../../tekton/target.ts";
import { withAnswers } from "../ask/read_answers.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import { openNarrator } from "../output/narrator.ts";
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
import { checkHandOver, runHandedOver } from "./hand_over.ts";
import { intoPlace, type UploadPlan } from "./plan_upload.ts";
import { runUpload } from "./run_upload.ts";

export interface UploadOptions extends UploadFlags, StartOptions {
  readonly listOrExplain?: ListOrExplain;
}

/** How an upload into a run of a Pipeline differs from one into a run of a Task. */
export interface UploadAdapter<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends UploadOptions,
> {
  readonly definitionKind: DefinitionKind<D, R>;
  /** Throws UsageError for flags that do not fit the definition, whatever the user answers. */
  check?(read: Pick<RunRequest<D>, "owner" | "definition">, options: O): void;
  /** Chooses the steps that the upload stands in for, and its place. Throws UsageError. */
  plan(request: RunRequest<D>, options: O, base?: BaseCommit): Promise<UploadTarget>;
}

/** Where in the run the upload goes. */
export interface UploadTarget {
  readonly plan: UploadPlan;
  /** The Pipeline's task; undefined in a TaskRun. */
  readonly task?: string;
  /** Makes the run that takes the upload. */
  lower(upload: Omit<TaskUpload, "task">): RunManifest;
  /** The changes that the upload needs, as sentences for --dry-run. */
  readonly changes: readonly string[];
  /** Work of the run that does not wait for the upload, as `task lint`. */
  readonly early: readonly string[];
}

/** Returns the exit code. */
export async function runUploadCommand<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends UploadOptions,
>(given: Host, adapter: UploadAdapter<D, R, O>, options: O): Promise<number> {
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
  const common = { memory, answered, ahead, random: ahead && (() => volume) };
  const once = (host: Host, opened?: Source) =>
    reported(
      host,
      asked,
      (reports) => uploadOnce(host, adapter, asked, { ...common, reports, opened }),
    );
  return options.watch === undefined ? await once(host) : await watch(host, options, once, line);
}

async function uploadOnce<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends UploadOptions,
>(
  host: Host,
  adapter: UploadAdapter<D, R, O>,
  options: O,
  { memory, reports, opened, answered, ahead, random = host.random }: {
    memory: Memory;
    reports: Reports;
    opened?: Source;
    answered: (answers: Answers) => void;
    ahead?: Ahead;
    random?: Host["random"];
  },
): Promise<number> {
  const { definitionKind } = adapter;
  checkHandOver(host, options);
  const source = opened ?? await openSource(host, options);
  const workspaces = await readBindings(host, options);
  using own = openNarrator(host, options);
  const narrator = { ...own, emit: reports.listening(memory.listening(own.emit)) };
  const { emit, suspendFor } = narrator;
  const [kube, found] = await Promise.all([
    host.connect(options.connect),
    openBase(host, options.base, { source, emit }),
  ]);
  const check = (read: Pick<RunRequest<D>, "owner" | "definition">) =>
    adapter.check?.(read, options);
  const requesting = { kube, workspaces, emit, suspendFor, isUpload: true, check };
  const request = await requestRun(host, definitionKind, options, requesting);
  answered(request.answers);
  const { newRun } = request;
  const { base, planned } = await planOnBase(
    found,
    emit,
    (base) => adapter.plan(request, options, base),
  );
  const { task, plan, lower, changes, early } = planned;
  const { spec, standIn, ownClone, destination, deletes, replacedWork, notes } = plan;
  const defaultTimeout = await request.defaultTimeout;
  const again = startAgain(definitionKind, "upload", options, newRun.name);
  const { pauseSeconds } = options;
  const watchdogSeconds = ahead && Math.min(WATCHDOG_SECONDS, pauseSeconds);
  const gate = newGate({ random }, pauseSeconds, again, watchdogSeconds);
  if (options.handOver !== undefined) {
    const step = stepName(spec.steps![standIn.at], standIn.at);
    const breakpoints = { tasks: [], steps: [{ task, step }] };
    const flags = { ...options, ...intoPlace(destination), deletes };
    const held = await holdRequested(definitionKind, request, breakpoints, { gate });
    return await runHandedOver(host, flags, { kube, narrator, held, source, replacedWork, notes });
  }
  const { image } = options;
  const isWhole = ownClone === undefined && standIn.replaced.length === spec.steps!.length;
  const lowering = { standIn, ownClone, destination, image, gate, defaultTimeout };
  const runManifest = lower({ ...newRun, ...lowering });
  request.checkComplete(runManifest.inline());
  return await runUpload(host, { ...options, deletes }, source, {
    kube,
    emit,
    runManifest,
    held: { task, step: heldStep(spec, standIn) },
    clone: base && { ...base, commitResults: ownClone?.commitResults ?? [] },
    uploaded: isWhole ? task : undefined,
    replacedWork,
    changes,
    early: ownClone === undefined ? early : [...early, "the clone"],
    notes,
  }, ahead);
}
