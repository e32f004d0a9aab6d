/** What of a Task the upload takes the place of: all of it, some of its steps, or nothing. Pure. */
import { UsageError } from "../../errors.ts";
import type { Step, TaskSpec } from "../model.ts";
import { chooseStep, stepName } from "../target.ts";
import { isCommitResult, isUrlParam, looksLikeCloneTask } from "./names.ts";
import type { StandIn } from "./replaced_steps.ts";
import { namesResult } from "./results.ts";
import {
  onlyDownloads,
  runsOwnPrograms,
  runsTool,
  type StepWork,
  usesGit,
  workOf,
} from "./step_work.ts";

/** What is known of a task before its steps are looked at. */
export type Evidence =
  /** It has a clone's interface: a url goes in, a commit comes out. */
  | "interface"
  /** It, or its Task, is named like a clone. */
  | "name"
  /** None: it was asked for by name, or is the first that needs the source. */
  | "none";

/** Whether a Task takes the url of a repository and tells its commit. */
export function hasCloneInterface({ params = [], results = [] }: TaskSpec): boolean {
  return params.some(({ name }) => isUrlParam(name)) &&
    results.some(({ name }) => isCommitResult(name));
}

/** Whether it is a clone by its interface, and no step tells otherwise: one that runs other tools where none fetches. */
export function isClone(spec: TaskSpec): boolean {
  const steps = spec.steps ?? [];
  return hasCloneInterface(spec) &&
    (steps.some((step) => isFetching(workOf(step))) ||
      !steps.some(runsTool) && !downloadsAlone(steps));
}

/** Whether the Task gets a file from its url and no repository. */
function downloadsAlone(steps: readonly Step[]): boolean {
  return steps.some(onlyDownloads) &&
    steps.every((step) => onlyDownloads(step) || workOf(step) === "idle");
}

function isFetching(work: StepWork): boolean {
  return work === "fetch" || work === "mixed";
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
  // One that fetches and builds: of other work beside a clone's nobody can tell.
  const isBoth = (at: number) => works[at] === "mixed" && runsTool(steps[at]);
  const fetchesAlone = (at: number) => isFetching(works[at]) && !isBoth(at);
  if (evidence === "interface" && (all.some(fetchesAlone) || !all.some(isBoth))) {
    const last = all.findLast(fetchesAlone) ??
      all.find((at) => tellsCommit(spec, steps[at])) ??
      all.findLast((at) => usesGit(steps[at])) ??
      all.find((at) => looksLikeCloneTask(steps[at].name ?? ""));
    if (steps.length === 1) return { replaced: [0], at: 0 };
    if (last === undefined) return { replaced: all, at: 0 };
    if (!isShared) return { replaced: [last], at: last };
    // A step before the clone gets it tokens and keys, unless it runs a build tool. A later step
    // that asks git would find no repository.
    const kept = all.filter((at) =>
      at < last ? runsTool(steps[at]) : at > last && !belongsTo(spec, steps[last], steps[at])
    );
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

/** It needs what the clone leaves beside the files, or is of its making; a build that asks git is neither. */
function belongsTo(spec: TaskSpec, clone: Step, step: Step): boolean {
  const work = workOf(step);
  if (isFetching(work)) return work === "fetch";
  if (tellsCommit(spec, step) && !runsTool(step)) return true;
  if (work === "idle") return usesGit(step);
  return step.image !== undefined && step.image === clone.image && runsOwnPrograms(step);
}
