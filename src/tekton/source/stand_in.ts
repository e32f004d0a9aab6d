/** What of a Task the upload takes the place of: all of it, some of its steps, or nothing. Pure. */
import { UsageError } from "../../errors.ts";
import type { Step, TaskSpec } from "../model.ts";
import { chooseStep, stepName } from "../target.ts";
import { isCommitResult, isUrlParam, looksLikeCloneTask } from "./names.ts";
import { namesResult } from "./results.ts";
import { usesGit, workOf } from "./step_work.ts";

/** What is known of a task before its steps are looked at. */
export type Evidence =
  /** It has a clone's interface: a url goes in, a commit comes out. */
  | "interface"
  /** It, or its Task, is named like a clone. */
  | "name"
  /** None: it was asked for by name, or is the first that needs the source. */
  | "none";

/** Which steps are not run, and where the gate is. */
export interface StandIn {
  /** The indices of the steps that the upload stands in for; none: the upload comes before the first step. */
  readonly replaced: readonly number[];
  /** The index of the step in whose place, or before which, the gate stands. */
  readonly at: number;
}

/** The steps that are still run. */
export function keptSteps({ steps = [] }: TaskSpec, { replaced }: StandIn): Step[] {
  return steps.filter((_, at) => !replaced.includes(at));
}

/** Whether a Task takes the url of a repository and tells its commit. */
export function hasCloneInterface({ params = [], results = [] }: TaskSpec): boolean {
  return params.some(({ name }) => isUrlParam(name)) &&
    results.some(({ name }) => isCommitResult(name));
}

export interface StandInOptions {
  /** The Task, or the Pipeline's task, in messages. */
  readonly owner: string;
  readonly evidence: Evidence;
  /** The step of --on-step. */
  readonly asked?: string;
  /** Where the source goes to outlives the Task: a workspace. Else later steps of the Task hand it on. */
  readonly isShared: boolean;
}

/** Throws UsageError where it can't be told what would be lost. */
export function standInFor(spec: TaskSpec, options: StandInOptions): StandIn {
  const { owner, evidence, asked, isShared } = options;
  const steps = spec.steps ?? [];
  const { index } = chooseStep(owner, spec, asked);
  if (asked !== undefined) return { replaced: [index], at: index };
  const works = steps.map(workOf);
  const all = [...steps.keys()];
  const fetching = all.filter((at) => works[at] === "fetch");
  if (evidence === "interface") {
    const last = all.findLast((at) => works[at] === "fetch" || works[at] === "mixed") ??
      all.find((at) => tellsCommit(spec, steps[at])) ??
      all.findLast((at) => usesGit(steps[at])) ??
      all.find((at) => looksLikeCloneTask(steps[at].name ?? ""));
    if (steps.length === 1) return { replaced: [0], at: 0 };
    if (last === undefined) return { replaced: all, at: 0 };
    if (!isShared) return { replaced: [last], at: last };
    // What comes before a clone gets it tokens and keys; what comes after it and asks git would find no repository.
    const kept = all.slice(last + 1).filter((at) => !belongsTo(steps[last], steps[at]));
    return { replaced: all.filter((at) => !kept.includes(at)), at: last };
  }
  if (all.every((at) => works[at] === "fetch" || works[at] === "idle")) {
    if (evidence === "name" || fetching.length > 0) {
      return isShared || fetching.length === 0
        ? { replaced: all, at: fetching[0] ?? 0 }
        : { replaced: fetching, at: fetching[0] };
    }
  }
  if (fetching.length > 0) {
    return { replaced: fetching, at: fetching[0] };
  }
  if (evidence === "name" && steps.length === 1 && works[0] !== "mixed") {
    return { replaced: all, at: 0 };
  }
  const unclear = works.findIndex((work) => work === "mixed");
  const mayFetch = evidence === "name" || (spec.params ?? []).some(({ name }) => isUrlParam(name));
  if (unclear < 0 && !mayFetch) return { replaced: [], at: 0 };
  const names = steps.map(stepName);
  throw new UsageError(
    unclear < 0
      ? `Cannot tell which step of ${owner} fetches the source`
      : `Cannot take the place of ${owner}: step "${
        names[unclear]
      }" fetches the source and does other work too`,
    { hint: `name the step that the upload stands in for with --on-step: ${names.join(", ")}` },
  );
}

/** It writes the result that says what was fetched. */
function tellsCommit({ results = [] }: TaskSpec, step: Step): boolean {
  return results.some(({ name }) => isCommitResult(name) && namesResult([step], name));
}

/** It needs what the clone leaves beside the files. */
function belongsTo(clone: Step, step: Step): boolean {
  return usesGit(step) || step.image !== undefined && step.image === clone.image;
}
