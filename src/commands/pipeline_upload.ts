/** `pipeline upload`: the Pipeline's task that fetches sources is stood in for by a local directory. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { holdPipeline } from "../resolve/resolve_held_run.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import { checkAccess } from "../run/create/access.ts";
import { lowerPipeline } from "../tekton/breakpoint/lower_pipeline.ts";
import { type Pipeline, PIPELINES, type PipelineTask, type Task } from "../tekton/model.ts";
import { newPipelineRun } from "../tekton/new_run.ts";
import { bindParams } from "../tekton/params.ts";
import { heldStep } from "../tekton/breakpoint/replace_steps.ts";
import type { Destination } from "../tekton/source/destination.ts";
import type { StandIn } from "../tekton/source/replaced_steps.ts";
import { stepName } from "../tekton/target.ts";
import { fillParams, pipelineVariables } from "../tekton/variables.ts";
import { type Candidate, checkWorkspaces } from "../tekton/workspaces.ts";
import type { WorkspaceBinding } from "../tekton/model.ts";
import { readByName, resolveTask, withStepActions } from "../resolve/resolve.ts";
import { findSourceTask, type SourceTask } from "../resolve/source_task.ts";
import { openNarrator } from "./narrate.ts";
import { checkHandOver, runHandedOver } from "./held_run.ts";
import { type Look, look, lookFlags } from "./look.ts";
import { intoPlace, planUpload } from "./plan_upload.ts";
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
    readByName<Pipeline>(kube, PIPELINES, options.pipeline),
    checkAccess(kube, namespace, "PipelineRun"),
  ]);
  const owner = `Pipeline "${options.pipeline}"`;
  const params = bindParams(owner, pipeline.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, pipeline.spec.workspaces ?? [], workspaces);
  const bound = workspaces.map(({ name }) => name);
  const variables = pipelineVariables(pipeline, { namespace, params, bound });
  const context = resolving(host, options, { kube, emit: narrator.emit });
  const looking = { ...context, allowProbe: false, emit: () => {} };
  const paramsOf = (task: PipelineTask) => fillParams(task.params ?? [], variables);
  const chosen = await findSourceTask(owner, pipeline.spec, {
    taskName: options.onTask,
    paramsOf,
    resolve: (task) => resolveTask(context, task, variables),
    resolveWithoutProbe: (task) => resolveTask(looking, task, variables),
  });
  const { task: target, found } = chosen;
  const taskGiven = paramsOf(target);
  const taskOwner = `task "${target.name}"`;
  const {
    spec,
    standIn,
    replacedWork,
    destination,
    deletes,
    notes,
  } = await planUpload(found.spec, {
    owner: taskOwner,
    flags: options,
    workspaces: candidates(found, target, workspaces),
    params: taskGiven,
    withStepActions: (spec, steps) => withStepActions(context, spec, steps, taskGiven),
    chosen,
  });
  const task = { ...found, spec };
  checkPlace(owner, pipeline, chosen, { destination, workspaces, asked: options.onTask });
  const step = spec.steps![standIn.at];
  const defaultTimeout = await timeout;
  const held = { task: target.name, step: heldStep(spec, standIn) };
  const gate = newGate(host, options.pauseSeconds, `tkn-dev pipeline upload ${options.pipeline}`);
  const { serviceAccount } = options;
  const asked = { namespace, params, workspaces, labels: HELD_LABELS, serviceAccount };
  if (options.handOver !== undefined) {
    const run = newPipelineRun({ name: options.pipeline, ...asked });
    const at = { task: target.name, step: stepName(step, standIn.at) };
    const breakpoints = { tasks: [], steps: [at] };
    return await runHandedOver(host, { ...options, ...intoPlace(destination), deletes }, {
      kube,
      narrator,
      held: await holdPipeline(context, run, pipeline, breakpoints, { gate, defaultTimeout }),
      source,
      standIn: replacedWork,
      notes,
    });
  }
  const lowered = lowerPipeline({
    ...asked,
    pipeline,
    target,
    task,
    standIn,
    destination,
    image: options.image,
    gate,
    defaultTimeout,
  });
  return await runUpload(host, { ...options, deletes }, source, {
    kube,
    emit: narrator.emit,
    runManifest: lowered,
    held,
    uploaded: standIn.replaced.length === spec.steps!.length ? target.name : undefined,
    standIn: replacedWork,
    changes: changes(options.pipeline, target, standIn, options.image ?? step.image ?? ""),
    notes,
  });
}

/** For --dry-run. */
function changes(
  pipeline: string,
  target: PipelineTask,
  { replaced }: StandIn,
  image: string,
): string[] {
  const common = [
    "Labels and annotations of Pipeline and Task are copied, as Tekton does by reference. Timeouts",
    "that go on while it is held are raised by --pause-timeout. Everything else is the Pipeline's own.",
  ];
  const first =
    `A run of Pipeline ${pipeline} with its spec inline, so that one of its tasks can be another:`;
  if (replaced.length === 0) {
    return [
      first,
      `task ${target.name} has a step before its first one, whose script waits for the upload and receives it.`,
      ...common,
    ];
  }
  return [
    first,
    `task ${target.name} has a step of ${
      image || "its image"
    } for those that the upload stands in for, whose`,
    "script waits for the upload, receives it, and writes the results in the place of their own. What",
    "only those needed went with them, and retries; a param that is still used may have got another",
    "name, which no other has, for inline the Pipeline's values would take its place.",
    ...common,
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

/** What is uploaded has to be where the other tasks look for it. */
function checkPlace(
  owner: string,
  pipeline: Pipeline,
  { task: target, others }: SourceTask,
  { destination, workspaces, asked }: {
    destination: Destination;
    workspaces: readonly WorkspaceBinding[];
    asked?: string;
  },
): void {
  if (destination.scope.kind === "workspace") {
    checkShared(pipeline, target, destination.scope.name, workspaces);
    return;
  }
  if (others.length === 0 || asked !== undefined) return;
  const names = [target, ...others].map(({ name }) => name);
  throw new UsageError(
    `Cannot upload for all of ${owner}: its tasks ${
      names.join(", ")
    } clone for themselves, each into a volume of its own`,
    {
      hint:
        `choose the one that gets the upload with --on-task, or run its Task alone: tkn-dev task upload`,
    },
  );
}

/** An emptyDir is another one in each task: what is uploaded into one never reaches the next. */
function checkShared(
  pipeline: Pipeline,
  target: PipelineTask,
  name: string,
  workspaces: readonly WorkspaceBinding[],
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
    { hint: `--workspace name=${shared},volume=1Gi (or claimName=PVC)` },
  );
}
