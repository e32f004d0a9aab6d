/** `pipeline debug` and `task debug`: one command, with an adapter for the differences. */
import type { Host } from "../../host.ts";
import type { Breakpoints } from "../../tekton/breakpoint/debug_spec.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import type { DebugFlags } from "../options/debug_flags.ts";
import { Memory } from "../again/memory.ts";
import { openNarrator } from "../output/narrator.ts";
import { reported, type Reports } from "../output/reports.ts";
import { openBase, planOnBase } from "../source/base.ts";
import { openSource } from "../source/source.ts";
import type { Definition } from "../start/definition_kind.ts";
import { newGate } from "../start/gate.ts";
import {
  holdRequested,
  requestRun,
  type RunRequest,
  type StartOptions,
} from "../start/run_request.ts";
import { startAgain } from "../start/start_again.ts";
import { readBindings } from "../start/workspace_bindings.ts";
import { clonedBase } from "../upload/on_clone.ts";
import type { UploadAdapter } from "../upload/upload_command.ts";
import { checkTerminal, runHeld } from "../holding/run_held.ts";

export interface DebugOptions extends DebugFlags, StartOptions {}

/** How `pipeline debug` differs from `task debug`. */
export interface DebugAdapter<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends DebugOptions,
> {
  readonly uploads: UploadAdapter<D, R>;
  /** Returns where the run holds. Throws UsageError. */
  breakpoints(read: Pick<RunRequest<D>, "owner" | "definition">, options: O): Breakpoints;
}

/** Returns the exit code. */
export async function runDebugCommand<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends DebugOptions,
>(host: Host, adapter: DebugAdapter<D, R, O>, options: O): Promise<number> {
  return await reported(host, options, (reports) => debug(host, adapter, options, reports));
}

async function debug<
  D extends Definition,
  R extends PipelineRun | TaskRun,
  O extends DebugOptions,
>(
  host: Host,
  { uploads, breakpoints }: DebugAdapter<D, R, O>,
  options: O,
  reports: Reports,
): Promise<number> {
  checkTerminal(
    host,
    (options.dryRun ?? options.print) === undefined ? options.atPause : "leave",
    "--exec-instead COMMAND needs none; tkn-dev create -f takes a run that holds",
  );
  const { upload: choice } = options;
  const placeFlags = { ...options, ...choice };
  const source = choice && await openSource(host, options);
  const workspaces = await readBindings(host, options);
  await using memory = new Memory(host, options.typed);
  using own = openNarrator(host, options);
  const narrator = { ...own, emit: reports.listening(memory.listening(own.emit)) };
  const { emit, suspendFor } = narrator;
  const [kube, found] = await Promise.all([
    host.connect(options.connect),
    source && openBase(host, options.base, { source, emit }),
  ]);
  const isUpload = choice !== undefined;
  const check = (read: Pick<RunRequest<D>, "owner" | "definition">) => {
    if (isUpload) uploads.check?.(read, placeFlags);
    breakpoints(read, options);
  };
  const { definitionKind } = uploads;
  const requesting = { kube, workspaces, emit, suspendFor, isUpload, check };
  const request = await requestRun(host, definitionKind, options, requesting);
  memory.answered(request.answers);
  const { pauseSeconds, withoutShell, atPause } = options;
  const { base, planned: target } = isUpload
    ? await planOnBase(found, emit, (base) => uploads.plan(request, placeFlags, base))
    : {};
  const again = startAgain(definitionKind, "debug", options, request.newRun.name);
  const held = await holdRequested(definitionKind, request, breakpoints(request, options), {
    gate: newGate(host, pauseSeconds, again),
    withoutShell,
    upload: target?.place,
  });
  const code = await runHeld(host, {
    flags: options,
    kube,
    narrator,
    held,
    upload: source && target && {
      source,
      plan: target.plan,
      clone: clonedBase(base, target.plan),
      emit,
    },
    changes: target?.changes,
    atPause,
    isOnlyCreated: options.print !== undefined,
  });
  if (options.print !== undefined) memory.created(kube.namespace); // there was no event
  return code;
}
