/** `task debug`: a run of a Task that holds at steps of it, and somebody to work in them. */
import type { Call } from "../cli/parse.ts";
import type { Host } from "../host.ts";
import { holdTask } from "../resolve/resolve_held_run.ts";
import { readByName } from "../resolve/resolve.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import { checkAccess } from "../run/create/access.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import { type Task, TASKS } from "../tekton/model.ts";
import { newTaskRun } from "../tekton/new_run.ts";
import { bindParams } from "../tekton/params.ts";
import { stepName } from "../tekton/target.ts";
import { checkWorkspaces } from "../tekton/workspaces.ts";
import { type DebugFlags, debugFlags } from "./debug_options.ts";
import { checkTerminal, runHeld } from "./held_run.ts";
import { openNarrator } from "./narrate.ts";
import { openSource } from "./source.ts";
import { bindings, HELD_LABELS, holdChanges, newGate, resolving } from "./upload.ts";
import { givenResults, readParam } from "./upload_options.ts";

export interface Options extends DebugFlags {
  readonly task: string;
}

/** Pure. Throws UsageError. */
export function options({ args, flags }: Call): Options {
  return { ...debugFlags(flags), task: args.TASK! };
}

export async function run(host: Host, options: Options): Promise<number> {
  checkTerminal(
    host,
    options.dryRun === undefined ? options.atPause : "leave",
    `--exec-instead COMMAND needs none; tkn-dev create -f takes a run that holds`,
  );
  const source = options.isUpload ? await openSource(host, options) : undefined;
  const workspaces = await bindings(host, options);
  using narrator = openNarrator(host, options);
  const kube = await host.connect(options.connect);
  const { namespace } = kube;
  const [task, defaultTimeout] = await Promise.all([
    readByName<Task>(kube, TASKS, options.task),
    readDefaultTimeout(kube),
    checkAccess(kube, namespace, "TaskRun"),
  ]);
  const owner = `Task "${options.task}"`;
  const params = bindParams(owner, task.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, task.spec.workspaces ?? [], workspaces);
  const { serviceAccount, withoutShell, pauseSeconds } = options;
  const run = newTaskRun({
    name: options.task,
    namespace,
    params,
    workspaces,
    labels: HELD_LABELS,
    serviceAccount,
  });
  const context = resolving(host, options, { kube, emit: narrator.emit });
  const gate = newGate(host, pauseSeconds, `tkn-dev task debug ${options.task}`);
  const held = await holdTask(context, run, task, breakpoints(task, options), {
    gate,
    withoutShell,
    defaultTimeout,
  });
  return await runHeld(host, {
    flags: options,
    kube,
    narrator,
    held,
    source,
    results: givenResults(options),
    atPause: options.atPause,
    changes: holdChanges(held.held),
  });
}

/** The first step, where none is asked for. */
function breakpoints({ spec }: Task, options: Options): Breakpoints {
  const { onSteps, everyStep, onFailure, after } = options;
  const isAsked = onSteps.length > 0 || everyStep || onFailure;
  const names = isAsked ? onSteps : [stepName(spec.steps?.[0] ?? {}, 0)];
  return { tasks: [], steps: names.map((step) => ({ step })), everyStep, onFailure, after };
}
