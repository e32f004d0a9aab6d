/** Decides what of a Task the upload stands in for and where it goes, with the flags that say otherwise. */
import { UsageError } from "../errors.ts";
import type { Param, TaskSpec } from "../tekton/model.ts";
import type { Chosen } from "../tekton/source/choose_task.ts";
import { chooseDestination, type Destination } from "../tekton/source/destination.ts";
import {
  emptiesDirectory,
  isOpen,
  readAs,
  settled,
  taskParams,
  uploadNotes,
} from "../tekton/source/plan.ts";
import type { StandIn } from "../tekton/source/replaced_steps.ts";
import { replacedResults, replacedStepResults } from "../tekton/source/results.ts";
import { isClone, standInFor } from "../tekton/source/stand_in.ts";
import { type Candidate, usableWorkspaces } from "../tekton/workspaces.ts";
import type { Deletes } from "../transfer/options.ts";
import type { ReplacedWork } from "./upload.ts";
import type { UploadFlags } from "./upload_options.ts";

export interface PlanOptions {
  /** The Task, or the Pipeline's task, in messages. */
  readonly owner: string;
  readonly flags: Pick<UploadFlags, "onStep" | "onWorkspace" | "onDirectory" | "deletes">;
  readonly workspaces: readonly Candidate[];
  /** Those that the Task is run with. */
  readonly params: Param[];
  /** The spec with the StepActions of these steps inline. */
  readonly withStepActions: (spec: TaskSpec, steps: number[]) => Promise<TaskSpec>;
  /** Of a Pipeline's task, what tells that it is the one. */
  readonly chosen?: Pick<Chosen, "evidence" | "why" | "workspace"> & { task: { name: string } };
}

export interface UploadPlan {
  /** With the StepAction of the step that is replaced inline. */
  readonly spec: TaskSpec;
  readonly standIn: StandIn;
  /** The results of the work that is not done; undefined where all of it is. */
  readonly replacedWork?: ReplacedWork;
  readonly destination: Destination;
  readonly deletes: Deletes;
  readonly notes: string[];
}

/** Throws UsageError where it can't be told, and as withStepActions. */
export async function planUpload(
  given: TaskSpec,
  { owner, flags, workspaces, params, withStepActions, chosen }: PlanOptions,
): Promise<UploadPlan> {
  const { onStep: asked, onWorkspace: workspace, onDirectory: directory } = flags;
  const isShared = !directory?.startsWith("/") &&
    (workspace !== undefined || usableWorkspaces(workspaces).length > 0);
  const ownEvidence = isClone(given) ? "interface" : "none";
  const { evidence = ownEvidence, why, workspace: preferred } = chosen ?? {};
  const standIn = standInFor(readAs(given, params), { owner, evidence, asked, isShared });
  const spec = await withStepActions(given, [standIn.at]);
  const fill = taskParams(spec, params);
  const found = chooseDestination(readAs(spec, params), standIn, {
    owner,
    workspaces,
    workspace,
    preferred,
    directory,
  });
  const destination = settled(spec, found, fill);
  const empties = flags.deletes === "auto" && emptiesDirectory(spec, standIn, fill);
  return {
    spec,
    standIn,
    replacedWork: standIn.replaced.length === 0 ? undefined : {
      owner,
      results: replacedResults(spec, standIn),
      stepResults: replacedStepResults(spec, standIn),
    },
    destination,
    deletes: empties ? "always" : flags.deletes,
    notes: uploadNotes(spec, standIn, destination, {
      task: chosen?.task.name,
      why,
      askedStep: asked,
      askedDirectory: directory,
    }),
  };
}

/** The place in the words of flags, for an upload into a step that is held and keeps its own work. */
export function intoPlace({ scope, path, directory, param }: Destination) {
  if (isOpen(directory)) {
    throw new UsageError(
      `Cannot leave the step held: the upload goes where param "${param}" says, which only the run knows`,
      { hint: "name the directory with --on-directory, or leave out --no-continue" },
    );
  }
  return scope.kind === "workspace"
    ? { onWorkspace: scope.name, onDirectory: directory }
    : { onWorkspace: undefined, onDirectory: directory === "." ? path : `${path}/${directory}` };
}
