/** An upload into a run of a Pipeline. */
import { UsageError } from "../../errors.ts";
import { resolveTask, withStepActions } from "../../resolve/resolve.ts";
import { findSourceTask, type SourceTask } from "../../resolve/source_task.ts";
import type { PipelineRun, PipelineTask, Task, WorkspaceBinding } from "../../tekton/model.ts";
import type { ReadPipeline } from "../../tekton/inline/inline_pipeline.ts";
import { taskWorkspaces, usedByTask } from "../../tekton/handed_down.ts";
import type { Destination } from "../../tekton/source/destination.ts";
import { earlySteps, earlyTasks } from "../../tekton/source/early_work.ts";
import type { StandIn } from "../../tekton/source/replaced_steps.ts";
import { fillParams, pipelineVariables } from "../../tekton/variables.ts";
import type { Candidate } from "../../tekton/workspaces.ts";
import { findTask, stepName } from "../../tekton/target.ts";
import type { BaseCommit } from "../../tree/git/base_commit.ts";
import { pipelineBreaks } from "../holding/breakpoints.ts";
import { PIPELINE } from "../start/definition_kind.ts";
import type { RunRequest } from "../start/run_request.ts";
import { planUpload } from "./plan_upload.ts";
import type { PlaceFlags, UploadAdapter, UploadTarget } from "./upload_command.ts";

export const PIPELINE_UPLOAD: UploadAdapter<ReadPipeline, PipelineRun> = {
  definitionKind: PIPELINE,
  check({ owner, definition: { spec } }, { onTask }) {
    if (onTask !== undefined) findTask(owner, spec, onTask);
  },
  breakpoints: pipelineBreaks,
  plan,
};

async function plan(
  request: RunRequest<ReadPipeline>,
  options: PlaceFlags,
  base?: BaseCommit,
): Promise<UploadTarget> {
  const { owner, definition: pipeline, newRun, resolving } = request;
  const { namespace, params, workspaces } = newRun;
  const bound = workspaces.map(({ name }) => name);
  const variables = pipelineVariables(pipeline, { namespace, params, bound });
  const silently = { ...resolving, allowProbe: false, emit: () => {} };
  const paramsOf = (task: PipelineTask) => fillParams(task.params ?? [], variables);
  const chosen = await findSourceTask(owner, pipeline.spec, {
    taskName: options.onTask,
    paramsOf,
    resolve: (task) => resolveTask(resolving, task, variables),
    resolveWithoutProbe: (task) => resolveTask(silently, task, variables),
  });
  const { task: target, found } = chosen;
  const taskParams = paramsOf(target);
  const plan = await planUpload(found.spec, {
    owner: `task "${target.name}"`,
    flags: options,
    workspaces: candidates(found, target, workspaces),
    params: taskParams,
    withStepActions: (spec, steps) => withStepActions(resolving, spec, steps, taskParams),
    chosen,
    base,
    outerParams: target.taskSpec && pipeline.spec.params?.map(({ name }) => name),
  });
  const { spec, standIn, ownClone, destination } = plan;
  checkPlace(owner, pipeline, chosen, { destination, workspaces, asked: options.onTask });
  const image = options.image ?? spec.steps![standIn.at].image ?? "";
  return {
    plan,
    place: {
      target,
      task: { ...found, spec },
      standIn,
      ownClone,
      destination,
      image: options.image,
      leavesOut: options.files?.hasRun ?? false,
    },
    changes: ownClone === undefined
      ? changes(newRun.name, target, standIn, image)
      : ownCloneChanges(newRun.name, target, stepName(spec.steps![standIn.at], standIn.at)),
    early: [...earlyTasks(pipeline.spec, target.name), ...earlySteps(spec, standIn)],
  };
}

/** Returns the sentences of --dry-run. */
function changes(
  pipeline: string,
  target: PipelineTask,
  { replaced }: StandIn,
  image: string,
): string[] {
  const first = firstSentence(pipeline);
  if (replaced.length === 0) {
    return [
      first,
      `task ${target.name} has an additional first step, whose script waits for the upload and`,
      "receives it.",
      ...COMMON,
    ];
  }
  return [
    first,
    `task ${target.name} has a step of ${image || "its image"} in place of those that the upload`,
    "stands in for. Its script waits for the upload, receives it and writes their results. Retries",
    "are dropped, and so is everything that only the replaced steps need. A param may have a new,",
    "unique name: inline, a Pipeline's param of the old name would replace its value.",
    ...COMMON,
  ];
}

/** The same for a clone that does its own work. */
function ownCloneChanges(pipeline: string, target: PipelineTask, step: string): string[] {
  return [
    firstSentence(pipeline),
    `step ${step} of task ${target.name} waits after its own work, for the upload on top of that.`,
    "The task's param for the revision, if it has one, is the base commit. Retries are dropped.",
    ...COMMON,
  ];
}

function firstSentence(pipeline: string): string {
  return `A run of Pipeline ${pipeline} with its spec inline, so that one task can differ:`;
}

const COMMON = [
  "Labels and annotations of Pipeline and Task are copied, as Tekton copies them for a reference.",
  "--pause-timeout raises the timeouts that apply while the run is held. Nothing else is changed.",
];

/** Returns the Task's workspaces, each with the run's binding. */
function candidates(
  task: Pick<Task, "spec">,
  target: PipelineTask,
  workspaces: readonly WorkspaceBinding[],
): Candidate[] {
  return taskWorkspaces(target, task.spec).map((workspace) => ({
    workspace,
    binding: workspaces.find((binding) => binding.name === boundTo(target, workspace.name)),
  }));
}

/** Returns the Pipeline's workspace that is bound to the Task's workspace `name`. */
function boundTo(target: PipelineTask, name: string): string | undefined {
  const found = target.workspaces?.find((workspace) => workspace.name === name);
  if (found !== undefined) return found.workspace ?? found.name;
  // Tekton hands the run's workspace of the same name down to a Task that is inline.
  return target.taskSpec === undefined ? undefined : name;
}

/** Throws UsageError if the other tasks would not find the upload. */
function checkPlace(
  owner: string,
  pipeline: ReadPipeline,
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
  const names = [target, ...others].map(({ name }) => name).join(", ");
  throw new UsageError(
    `Cannot upload for all of ${owner}: its tasks ${names} each clone into a separate volume`,
    {
      hint: "choose the task that gets the upload with --on-task, or run its Task alone: " +
        "tkn-dev task upload",
    },
  );
}

/** Throws UsageError for an emptyDir that other tasks use too: each task gets a separate one. */
function checkShared(
  pipeline: ReadPipeline,
  target: PipelineTask,
  name: string,
  workspaces: readonly WorkspaceBinding[],
): void {
  const shared = boundTo(target, name);
  const binding = workspaces.find((binding) => binding.name === shared);
  const [reader] = [...(pipeline.spec.tasks ?? []), ...(pipeline.spec.finally ?? [])]
    .filter((task) => task.name !== target.name)
    .filter((task) => usedByTask(task).some(({ workspace }) => workspace === shared));
  if (binding?.emptyDir === undefined || reader === undefined) return;
  throw new UsageError(
    `Cannot upload into workspace "${shared}": an emptyDir is not shared with task "${reader.name}"`,
    { hint: `--workspace name=${shared},volume=1Gi (or claimName=PVC)` },
  );
}
