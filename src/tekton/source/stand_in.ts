/** Decides which steps of a Task an upload stands in for: all, some or none. Pure. */
import { UsageError } from "../../errors.ts";
import type { Step, TaskSpec } from "../model.ts";
import { chooseStep, stepName } from "../target.ts";
import { isCommitResult, isUrlParam, looksLikeCloneTask } from "./names.ts";
import type { StandIn } from "./replaced_steps.ts";
import { namesResult } from "./replaced_results.ts";
import {
  onlyDownloads,
  runsOwnPrograms,
  runsTool,
  type StepWork,
  usesGit,
  workOf,
} from "./step_work.ts";

/** The evidence that a task is a clone, before its steps are read. */
export type Evidence =
  /** It has a clone's interface: a URL as param, a commit as result. */
  | "interface"
  /** The task or its Task is named like a clone. */
  | "name"
  /** No evidence: the user named it, or it is the first task that needs the source. */
  | "none";

/** Whether a Task takes a repository's URL and returns a commit. */
function hasCloneInterface({ params = [], results = [] }: TaskSpec): boolean {
  return params.some(({ name }) => isUrlParam(name)) &&
    results.some(({ name }) => isCommitResult(name));
}

/**
 * Whether the Task is a clone by its interface, and its steps do not contradict: a Task that
 * fetches nothing and runs build tools, or only downloads a file, is no clone.
 */
export function isClone(spec: TaskSpec): boolean {
  const steps = spec.steps ?? [];
  return hasCloneInterface(spec) &&
    (steps.some((step) => isFetching(workOf(step))) ||
      !steps.some(runsTool) && !downloadsAlone(steps));
}

/** Whether the Task's only work is to download files, not a repository. */
function downloadsAlone(steps: readonly Step[]): boolean {
  return steps.some(onlyDownloads) &&
    steps.every((step) => onlyDownloads(step) || workOf(step) === "idle");
}

function isFetching(work: StepWork): boolean {
  return work === "fetch" || work === "mixed";
}

export interface StandInOptions {
  /** The Task or the Pipeline's task, for messages. */
  readonly owner: string;
  readonly evidence: Evidence;
  /** --on-step */
  readonly asked?: string;
  /** Whether the source goes to a workspace, which outlives the Task, and not to a pod's volume. */
  readonly isShared: boolean;
}

/** Throws UsageError if replacing a step could lose other work, or if no step is known to fetch. */
export function standInFor(spec: TaskSpec, options: StandInOptions): StandIn {
  const { owner, evidence, asked, isShared } = options;
  const steps = spec.steps ?? [];
  const { index } = chooseStep(owner, spec, asked);
  if (asked !== undefined) return { replaced: [index], at: index };
  const works = steps.map(workOf);
  const all = [...steps.keys()];
  const fetching = all.filter((at) => works[at] === "fetch");
  // A step that fetches and builds. Unknown programs may be part of the clone.
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
    const last = fetching.at(-1);
    if (last === undefined && evidence === "name") return { replaced: all, at: 0 };
    if (last !== undefined && isShared) {
      const isPart = (at: number) => at <= last || belongsTo(spec, steps[last], steps[at]);
      return { replaced: all.filter(isPart), at: fetching[0] };
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

/** Whether the step writes the Task's commit result. */
function tellsCommit({ results = [] }: TaskSpec, step: Step): boolean {
  return results.some(({ name }) => isCommitResult(name) && namesResult([step], name));
}

/** Whether the step is part of the clone, or needs its repository. A build that asks git is not. */
function belongsTo(spec: TaskSpec, clone: Step, step: Step): boolean {
  const work = workOf(step);
  if (isFetching(work)) return work === "fetch";
  if (tellsCommit(spec, step) && !runsTool(step)) return true;
  if (work === "idle") return usesGit(step);
  return step.image !== undefined && step.image === clone.image && runsOwnPrograms(step);
}
