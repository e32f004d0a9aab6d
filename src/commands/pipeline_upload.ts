/** `pipeline upload`: the Pipeline's task that fetches sources is stood in for by a local directory. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { holdPipeline } from "../run/hold.ts";
import { checkAccess, readDefaultTimeout } from "../run/start.ts";
import { lowerPipeline } from "../tekton/lower_pipeline.ts";
import { type Pipeline, PIPELINES, type PipelineTask, type Task } from "../tekton/model.ts";
import { newPipelineRun } from "../tekton/new_run.ts";
import { bindParams } from "../tekton/params.ts";
import { checkHoldable, chooseStep, chooseTask, stepName } from "../tekton/target.ts";
import { fillParams, pipelineVariables } from "../tekton/variables.ts";
import { type Candidate, checkWorkspaces, chooseWorkspace } from "../tekton/workspaces.ts";
import type { WorkspaceBinding } from "../tekton/model.ts";
import { read, resolveTask, withStepActions } from "../run/resolve.ts";
import { openNarrator } from "./narrate.ts";
import { checkHandOver, runHandedOver } from "./held_run.ts";
import { type Look, look, lookFlags } from "./look.ts";
import { openSource, type Source } from "./source.ts";
import { bindings, HELD_LABELS, newGate, resolving, runUpload } from "./upload.ts";
import { readParam, type UploadFlags, uploadFlags } from "./upload_options.ts";
import { watch } from "./watch.ts";

export interface Options extends UploadFlags {
  readonly pipeline: string;
  readonly onTask?: string;
  readonly look?: Look;
}

/** Pure. Throws UsageError. */
export function options({ args, flags }: Call): Options {
  return {
    ...uploadFlags(flags, args.DIR),
    pipeline: args.PIPELINE!,
    onTask: flags.text("on-task"),
    look: lookFlags(flags, args.PIPELINE, args.DIR),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  if (options.look !== undefined) return await look(host, options, options.look);
  return options.watch === undefined
    ? await runOnce(host, options)
    : await watch(host, options, (host, source) => runOnce(host, options, source));
}

async function runOnce(host: Host, options: Options, given?: Source): Promise<number> {
  checkHandOver(host, options);
  const source = given ?? await openSource(host, options);
  const workspaces = await bindings(host, options);
  using narrator = openNarrator(host, options);
  const kube = await host.connect(options.connect);
  const { namespace } = kube;
  const timeout = readDefaultTimeout(kube); // takes longest, and is needed last
  timeout.catch(() => {});
  const [pipeline] = await Promise.all([
    read<Pipeline>(kube, PIPELINES, options.pipeline),
    checkAccess(kube, namespace, "PipelineRun"),
  ]);
  const owner = `Pipeline "${options.pipeline}"`;
  const { task: target, chosen } = chooseTask(owner, pipeline.spec, options.onTask);
  checkHoldable(owner, target);
  const params = bindParams(owner, pipeline.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, pipeline.spec.workspaces ?? [], workspaces);
  const bound = workspaces.map(({ name }) => name);
  const variables = pipelineVariables(pipeline, { namespace, params, bound });
  const context = resolving(host, options, { kube, emit: narrator.emit });
  const found = await resolveTask(context, target, variables);
  const taskOwner = `task "${target.name}"`;
  const { index } = chooseStep(taskOwner, found.spec, options.onStep);
  const taskParams = fillParams(target.params ?? [], variables);
  const spec = await withStepActions(context, found.spec, [index], taskParams);
  const task = { ...found, spec };
  const step = { step: spec.steps![index], index };
  const { workspace } = chooseWorkspace(
    taskOwner,
    candidates(task, target, workspaces),
    options.onWorkspace,
  );
  checkShared(pipeline, target, workspace.name, workspaces);
  const defaultTimeout = await timeout;
  const held = { task: target.name, step: stepName(step.step, step.index) };
  const standIn = { owner: taskOwner, results: task.spec.results ?? [] };
  const notes = chosen === undefined
    ? []
    : [`The upload stands in for task ${target.name}: ${chosen}`];
  const gate = newGate(host, options.pauseSeconds, `tkn-dev pipeline upload ${options.pipeline}`);
  const { serviceAccount } = options;
  const asked = { namespace, params, workspaces, labels: HELD_LABELS, serviceAccount };
  if (options.handOver !== undefined) {
    const run = newPipelineRun({ name: options.pipeline, ...asked });
    const breakpoints = { tasks: [], steps: [held] };
    return await runHandedOver(host, { ...options, onWorkspace: workspace.name }, {
      kube,
      narrator,
      held: await holdPipeline(context, run, pipeline, breakpoints, { gate, defaultTimeout }),
      source,
      standIn,
      notes,
    });
  }
  const lowered = lowerPipeline({
    ...asked,
    pipeline,
    target,
    task,
    step,
    workspace: workspace.name,
    image: options.image,
    gate,
    defaultTimeout,
  });
  return await runUpload(host, options, source, {
    kube,
    emit: narrator.emit,
    placement: lowered,
    held,
    standIn,
    changes: changes(options.pipeline, target, options.image ?? step.step.image ?? ""),
    notes,
  });
}

/** For --dry-run. */
function changes(pipeline: string, target: PipelineTask, image: string): string[] {
  return [
    `A run of Pipeline ${pipeline} with its spec inline, so that one of its tasks can be another:`,
    `task ${target.name} is one step of ${
      image || "its image"
    }, whose script waits for the upload, receives it,`,
    "and writes the results in the place of the task's own steps. Its params, retries and timeout",
    "went with those; a param that is still used may have got another name, which no other has,",
    "for inline the Pipeline's values would take its place. Labels and annotations of Pipeline and",
    "Task are copied, as Tekton does by reference. Timeouts that go on while it is held are raised",
    "by --pause-timeout. Everything else is the Pipeline's own.",
  ];
}

/** The Task's workspaces, each with what the run binds to it through the Pipeline. */
function candidates(
  task: Pick<Task, "spec">,
  target: PipelineTask,
  workspaces: WorkspaceBinding[],
): Candidate[] {
  return (task.spec.workspaces ?? []).map((workspace) => ({
    workspace,
    binding: workspaces.find((binding) => binding.name === boundTo(target, workspace.name)),
  }));
}

/** The Pipeline's workspace that the task's own is bound to. */
function boundTo(target: PipelineTask, name: string): string | undefined {
  const found = target.workspaces?.find((workspace) => workspace.name === name);
  return found === undefined ? undefined : found.workspace ?? found.name;
}

/** An emptyDir is another one in each task: what is uploaded into one never reaches the next. */
function checkShared(
  pipeline: Pipeline,
  target: PipelineTask,
  name: string,
  workspaces: WorkspaceBinding[],
): void {
  const shared = boundTo(target, name);
  const binding = workspaces.find((binding) => binding.name === shared);
  const readers = [...(pipeline.spec.tasks ?? []), ...(pipeline.spec.finally ?? [])]
    .filter((task) => task.name !== target.name)
    .filter((task) => task.workspaces?.some((one) => (one.workspace ?? one.name) === shared));
  if (binding?.emptyDir === undefined || readers.length === 0) return;
  throw new UsageError(
    `Cannot upload into workspace "${shared}": an emptyDir is not shared with task "${
      readers[0].name
    }"`,
    { hint: `--workspace name=${shared},claimName=PVC (or volumeClaimTemplateFile=FILE)` },
  );
}
