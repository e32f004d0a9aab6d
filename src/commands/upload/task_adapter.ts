/** An upload into a run of a Task. */
import { UsageError } from "../../errors.ts";
import { withStepActions } from "../../resolve/resolve.ts";
import type { ReadTask } from "../../tekton/inline/inline_task.ts";
import { runWorkspaces } from "../../tekton/handed_down.ts";
import type { TaskRun, TaskSpec } from "../../tekton/model.ts";
import { earlySteps } from "../../tekton/source/early_work.ts";
import { keptSteps } from "../../tekton/source/replaced_steps.ts";
import { stepName } from "../../tekton/target.ts";
import { taskBreaks } from "../holding/breakpoints.ts";
import { TASK } from "../start/definition_kind.ts";
import type { RunRequest } from "../start/run_request.ts";
import type { BaseCommit } from "../../tree/git/base_commit.ts";
import { planUpload, type UploadPlan } from "./plan_upload.ts";
import type { PlaceFlags, UploadAdapter, UploadTarget } from "./upload_command.ts";

export const TASK_UPLOAD: UploadAdapter<ReadTask, TaskRun> = {
  definitionKind: TASK,
  breakpoints: taskBreaks,
  plan,
};

async function plan(
  request: RunRequest<ReadTask>,
  options: PlaceFlags,
  base?: BaseCommit,
): Promise<UploadTarget> {
  const { owner, definition: task, newRun: { params, workspaces }, resolving } = request;
  const isInline = task.metadata === undefined;
  const declared = isInline ? runWorkspaces(task.spec, workspaces) : task.spec.workspaces ?? [];
  const plan = await planUpload(task.spec, {
    owner,
    flags: options,
    workspaces: declared.map((workspace) => ({
      workspace,
      binding: workspaces.find((binding) => binding.name === workspace.name),
    })),
    params,
    base,
    withStepActions: (spec, steps) => withStepActions(resolving, spec, steps, params),
  });
  const { spec, standIn, ownClone, destination } = plan;
  if (destination.scope.kind === "workspace") {
    const { workspaces } = spec.steps![standIn.at];
    checkMounted(owner, spec, workspaces, destination.scope.name);
  }
  return {
    plan,
    place: { task: { ...task, spec }, standIn, ownClone, destination, image: options.image },
    changes: changes(request.newRun.name, spec, { standIn, ownClone }),
    early: earlySteps(spec, standIn),
  };
}

/** Returns the sentences of --dry-run. */
function changes(
  task: string,
  spec: TaskSpec,
  { standIn, ownClone }: Pick<UploadPlan, "standIn" | "ownClone">,
): string[] {
  const names = standIn.replaced.map((at) => stepName(spec.steps![at], at));
  const steps = `${names.length === 1 ? "step" : "steps"} ${names.join(", ")}`;
  const others = keptSteps(spec, standIn).length === 0 ? "" : "; the other steps are unchanged";
  return [
    `A run of Task ${task} with its spec inline, so that one step can wait for the upload:`,
    ownClone !== undefined
      ? `after its own work, step ${stepName(spec.steps![standIn.at], standIn.at)} waits.`
      : names.length === 0
      ? "an additional first step, after which every step of the Task runs."
      : `it stands in for ${steps}, whose own work is not done${others}.`,
    "Labels and annotations of the Task are copied, as Tekton copies them for a reference.",
    "--pause-timeout raises the timeout, which applies while the run is held.",
  ];
}

/** Throws UsageError if other steps or sidecars ask for the workspace and this step does not. */
function checkMounted(
  owner: string,
  { steps = [], sidecars = [] }: TaskSpec,
  own: { name: string }[] | undefined,
  workspace: string,
): void {
  const asks = (one: { workspaces?: unknown }) =>
    (one.workspaces as { name: string }[] | undefined)?.some(({ name }) => name === workspace);
  const isIsolated = [...steps, ...sidecars].some(asks);
  if (!isIsolated || asks({ workspaces: own })) return;
  throw new UsageError(
    `Cannot upload into workspace "${workspace}" of ${owner}: the step does not mount it`,
    { hint: "choose a step that does with --on-step" },
  );
}
