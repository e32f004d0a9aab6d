/** Plans an upload into a Task: which steps it stands in for, and where it goes. */
import { UsageError } from "../../errors.ts";
import type { Param, TaskSpec } from "../../tekton/model.ts";
import type { ChosenTask } from "../../tekton/source/choose_task.ts";
import { type OwnClone, ownClone, standInAtClone } from "../../tekton/source/own_clone.ts";
import { chooseDestination, type Destination } from "../../tekton/source/destination.ts";
import { pathOf } from "../../tekton/source/held_destination.ts";
import {
  dependsOnRun,
  emptiesDirectory,
  taskParams,
  withKnownDirectory,
  withKnownParams,
} from "../../tekton/source/known_params.ts";
import type { StandIn } from "../../tekton/source/replaced_steps.ts";
import { replacedResults, replacedStepResults } from "../../tekton/source/replaced_results.ts";
import { isClone, standInFor } from "../../tekton/source/stand_in.ts";
import { uploadNotes } from "../../tekton/source/upload_notes.ts";
import type { BaseCommit } from "../../tree/git/base_commit.ts";
import { type Candidate, usableWorkspaces } from "../../tekton/workspaces.ts";
import type { Deletes } from "../../transfer/options.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import type { ReplacedWork } from "./result_files.ts";

export interface PlanOptions {
  /** The Task, or the Pipeline's task, as messages name it. */
  readonly owner: string;
  readonly flags: Pick<
    UploadFlags,
    "onStep" | "onWorkspace" | "onDirectory" | "deletes" | "results"
  >;
  readonly workspaces: readonly Candidate[];
  /** The params that the Task runs with. */
  readonly params: Param[];
  /** Returns the spec with the StepActions of these steps inline. */
  readonly withStepActions: (spec: TaskSpec, steps: number[]) => Promise<TaskSpec>;
  /** The Pipeline's task, with the reasons for choosing it. */
  readonly chosen?: Pick<ChosenTask, "evidence" | "why" | "workspace"> & { task: { name: string } };
  /** --base: the clone does its own work, at this commit. */
  readonly base?: BaseCommit;
  /** The names of the Pipeline's params, if the Task is inline in it. */
  readonly outerParams?: readonly string[];
}

export interface UploadPlan {
  /** With the StepAction of the replaced step inline. */
  readonly spec: TaskSpec;
  readonly standIn: StandIn;
  /** With --base. */
  readonly ownClone?: OwnClone;
  /** Undefined if every step runs. */
  readonly replacedWork?: ReplacedWork;
  readonly destination: Destination;
  readonly deletes: Deletes;
  readonly notes: string[];
}

/** Throws UsageError if steps or place are unclear, and the errors of withStepActions. */
export async function planUpload(
  given: TaskSpec,
  { owner, flags, workspaces, params, withStepActions, chosen, base, outerParams }: PlanOptions,
): Promise<UploadPlan> {
  const { onStep: asked, onWorkspace: workspace, onDirectory: directory } = flags;
  const isShared = !directory?.startsWith("/") &&
    (workspace !== undefined || usableWorkspaces(workspaces).length > 0);
  const ownEvidence = isClone(given) ? "interface" : "none";
  const { evidence = ownEvidence, why, workspace: preferred } = chosen ?? {};
  const known = withKnownParams(given, params);
  const first = standInFor(known, { owner, evidence, asked, isShared });
  const standIn = base === undefined ? first : standInAtClone(known, first);
  const spec = await withStepActions(given, [standIn.at]);
  const fill = taskParams(spec, params);
  const found = chooseDestination(withKnownParams(spec, params), standIn, {
    owner,
    workspaces,
    workspace,
    preferred,
    directory,
  });
  const destination = withKnownDirectory(spec, found, fill);
  const clone = base &&
    ownClone(spec, {
      owner,
      evidence,
      standIn,
      given: flags.results,
      commit: base.commit,
      outerParams,
    });
  const empties = flags.deletes === "auto" && emptiesDirectory(spec, standIn, fill);
  return {
    spec,
    standIn,
    ownClone: clone,
    replacedWork: standIn.replaced.length === 0 ? undefined : {
      owner,
      results: replacedResults(spec, standIn),
      stepResults: replacedStepResults(spec, standIn),
    },
    destination,
    deletes: empties ? "always" : flags.deletes,
    notes: uploadNotes(spec, standIn, destination, {
      task: chosen?.task.name,
      base: base?.name,
      why,
      askedStep: asked,
      askedDirectory: directory,
    }),
  };
}

/**
 * Returns the destination as flags name it, for an upload into a held step that keeps its own work.
 * Throws UsageError if only the run knows the directory.
 */
export function intoPlace({ scope, path, directory, param }: Destination) {
  if (dependsOnRun(directory)) {
    throw new UsageError(
      `Cannot leave the step held: only the run knows the value of param "${param}", the directory`,
      { hint: "name the directory with --on-directory, or leave out --no-continue" },
    );
  }
  return scope.kind === "workspace"
    ? { onWorkspace: scope.name, onDirectory: directory }
    : { onWorkspace: undefined, onDirectory: pathOf({ path, directory }) };
}
