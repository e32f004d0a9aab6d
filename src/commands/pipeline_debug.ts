/** `pipeline debug`: a run of a Pipeline that holds at steps of it, and somebody to work in them. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { holdPipeline } from "../resolve/resolve_held_run.ts";
import { readByName } from "../resolve/resolve.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import { checkAccess } from "../run/create/access.ts";
import type { Breakpoints } from "../tekton/breakpoint/debug_spec.ts";
import { type Pipeline, PIPELINES, type PipelineSpec } from "../tekton/model.ts";
import { newPipelineRun } from "../tekton/new_run.ts";
import { bindParams } from "../tekton/params.ts";
import { checkWorkspaces } from "../tekton/workspaces.ts";
import { type DebugFlags, debugFlags } from "./debug_options.ts";
import { checkTerminal, runHeld } from "./held_run.ts";
import { openNarrator } from "./narrate.ts";
import { openSource } from "./source.ts";
import { bindings, HELD_LABELS, holdChanges, newGate, resolving } from "./upload.ts";
import { givenResults, readParam } from "./upload_options.ts";

export interface Options extends DebugFlags {
  readonly pipeline: string;
  readonly onTasks: string[];
  /** As `onSteps` says. */
  readonly steps: Breakpoints["steps"];
}

/** Pure. Throws UsageError. */
export function options({ args, flags }: Call): Options {
  const own = debugFlags(flags);
  return {
    ...own,
    pipeline: args.PIPELINE!,
    onTasks: flags.texts("on-task"),
    steps: own.onSteps.map(stepPlace),
  };
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
  const [pipeline, defaultTimeout] = await Promise.all([
    readByName<Pipeline>(kube, PIPELINES, options.pipeline),
    readDefaultTimeout(kube),
    checkAccess(kube, namespace, "PipelineRun"),
  ]);
  const owner = `Pipeline "${options.pipeline}"`;
  const params = bindParams(owner, pipeline.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, pipeline.spec.workspaces ?? [], workspaces);
  const { serviceAccount, withoutShell, pauseSeconds } = options;
  const run = newPipelineRun({
    name: options.pipeline,
    namespace,
    params,
    workspaces,
    labels: HELD_LABELS,
    serviceAccount,
  });
  const context = resolving(host, options, { kube, emit: narrator.emit });
  const gate = newGate(host, pauseSeconds, `tkn-dev pipeline debug ${options.pipeline}`);
  const held = await holdPipeline(
    context,
    run,
    pipeline,
    breakpoints(owner, pipeline.spec, options),
    {
      gate,
      withoutShell,
      defaultTimeout,
    },
  );
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

function breakpoints(owner: string, spec: PipelineSpec, options: Options): Breakpoints {
  const { onTasks: tasks, steps, everyStep, onFailure, after } = options;
  const isAsked = tasks.length + steps.length > 0 || everyStep || onFailure;
  const names = [...(spec.tasks ?? []), ...(spec.finally ?? [])].map((task) => task.name);
  if (!isAsked && names.length !== 1) {
    throw new UsageError(`Cannot tell where to hold ${owner}: no task or step is named`, {
      hint: `--on-task, --on-step, --on-every-step or --on-failure; its tasks: ${names.join(", ")}`,
    });
  }
  return { tasks: isAsked ? tasks : names, steps, everyStep, onFailure, after };
}

function stepPlace(text: string): { task: string; step: string } {
  const slash = text.indexOf("/");
  if (slash > 0 && slash < text.length - 1) {
    return { task: text.slice(0, slash), step: text.slice(slash + 1) };
  }
  throw new UsageError(`Cannot hold at --on-step "${text}": it is not TASK/STEP`, {
    hint: "--on-step build/compile; --on-task build is its first step",
  });
}
