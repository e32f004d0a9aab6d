/** A clone that does its own work, after which the upload brings the changes. Pure. */
import { UsageError } from "../../errors.ts";
import type { Param, TaskSpec } from "../model.ts";
import { usedParams } from "../references.ts";
import { stepName } from "../target.ts";
import { cloneBranches } from "./clone_command.ts";
import { checkoutFact } from "./clone_results.ts";
import { isRevisionParam } from "./names.ts";
import { namesResult } from "./replaced_results.ts";
import type { StandIn } from "./replaced_steps.ts";
import type { Evidence } from "./stand_in.ts";
import { runsTool, workOf } from "./step_work.ts";

/** The clone cannot do its own work before an upload. */
export class NoOwnClone extends UsageError {}

export interface OwnClone {
  /** The Task's param that says what to check out, with the commit; undefined if it has none. */
  readonly revision?: Param;
  /** The Task's results that say what was checked out. */
  readonly commitResults: readonly string[];
}

export interface OwnCloneOptions {
  /** The Task, or the Pipeline's task, as messages name it. */
  readonly owner: string;
  readonly evidence: Evidence;
  readonly standIn: StandIn;
  /** --result */
  readonly given: readonly { readonly name: string }[];
  /** The full hash. */
  readonly commit: string;
  /** The names of the Pipeline's params, if the Task is inline in it and can refer to them. */
  readonly outerParams?: readonly string[];
}

/**
 * Returns the stand-in with the step after whose work the source is there: a step that clones or
 * tells the commit, else the last of the clone's steps.
 */
export function standInAtClone(spec: TaskSpec, standIn: StandIn): StandIn {
  const { replaced, at } = standIn;
  const step = spec.steps![at];
  const isKnown = ["fetch", "mixed"].includes(workOf(step)) ||
    commitResults(spec).some((name) => namesResult([step], name));
  return isKnown ? standIn : { replaced, at: Math.max(at, ...replaced) };
}

/** Returns the names of the results that have a whole hash. */
function commitResults({ results = [] }: TaskSpec): string[] {
  return results.filter(({ name, type = "string" }) =>
    type === "string" && checkoutFact(name) === "commit"
  ).map(({ name }) => name);
}

/**
 * Describes the clone at the step that an upload replaces otherwise: the steps after it find the
 * whole tree. Throws NoOwnClone if no step clones, if nothing can come right after its work, and
 * for a result that is written later.
 */
export function ownClone(spec: TaskSpec, options: OwnCloneOptions): OwnClone {
  const { owner, evidence, standIn: { replaced, at }, given, commit } = options;
  const steps = spec.steps ?? [];
  const works = replaced.map((at) => workOf(steps[at]));
  const refuse = (why: string) =>
    new NoOwnClone(`Cannot upload on a base: ${why}`, { hint: "leave out --base" });
  const isFetched = works.some((work) => work === "fetch" || work === "mixed");
  if (replaced.length === 0 || evidence === "none" && !isFetched) {
    throw refuse(`no step of ${owner} clones`);
  }
  const step = `step "${stepName(steps[at], at)}" of ${owner}`;
  if (workOf(steps[at]) === "mixed" && runsTool(steps[at])) {
    throw refuse(`${step} clones and does other work`);
  }
  const { script = "", command = [] } = steps[at];
  if (script === "" && command.length === 0) {
    throw refuse(`the work of ${step} is its image's own entrypoint`);
  }
  // A later step may also read what the clone has written.
  const written = given.find(({ name }) =>
    !namesResult([steps[at]], name) && namesResult(steps.slice(at + 1), name)
  );
  if (written !== undefined) {
    throw new NoOwnClone(
      `Cannot set result "${written.name}": a step of ${owner} writes it after the upload`,
      { hint: "leave out --result or --base" },
    );
  }
  const param = revisionParam(spec, replaced, options.outerParams ?? []);
  return {
    ...(param === undefined ? {} : { revision: { name: param, value: commit } }),
    commitResults: commitResults(spec),
  };
}

/**
 * Returns the name of a declared param, else of one of the Pipeline that the steps refer to. As a
 * branch, git clone takes no hash.
 */
function revisionParam(
  { params = [], steps = [], stepTemplate }: TaskSpec,
  clone: readonly number[],
  outer: readonly string[],
) {
  const declared = params.filter(({ type = "string" }) => type === "string");
  const names = [...declared.map(({ name }) => name), ...usedParams(steps, outer)]
    .filter(isRevisionParam);
  const branches = clone.flatMap((at) => cloneBranches(steps[at], stepTemplate));
  const ofBranch = usedParams(branches, names);
  return names.find((name) => !ofBranch.includes(name));
}

/** Returns the params with this one in place of any of its name. */
export function withParam(params: readonly Param[], param: Param | undefined): Param[] {
  if (param === undefined) return [...params];
  return [...params.filter(({ name }) => name !== param.name), param];
}
