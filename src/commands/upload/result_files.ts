/** The results that the upload writes for the steps that it stands in for. */
import { UsageError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { OF_STEP } from "../../step/scripts.ts";
import type { ResultSpec } from "../../tekton/model.ts";
import { standInResults, whyTooLarge } from "../../tekton/source/result_values.ts";
import type { GitFacts } from "../../tree/git/git_facts.ts";
import type { RunFlags } from "../options/run_flags.ts";

/** The work that the run does not do, because the upload stands in for it. */
export interface ReplacedWork {
  /** The Task, or the Pipeline's task, as messages name it. */
  readonly owner: string;
  /** The Task's results that this work would write. */
  readonly results: readonly ResultSpec[];
  /** The results of the step itself, for later steps. */
  readonly stepResults: readonly ResultSpec[];
}

/**
 * Returns the files to write, by name, from --result and from git. Throws UsageError for --result
 * if no work is replaced.
 */
export async function resultFiles(
  flags: Pick<RunFlags, "results">,
  git: Promise<GitFacts | undefined>,
  work: ReplacedWork | undefined,
  emit: (event: RunEvent) => void,
): Promise<Record<string, string>> {
  if (work === undefined) {
    if (flags.results.length === 0) return {};
    throw new UsageError(
      `Cannot set result "${flags.results[0].name}": every step runs by itself`,
      { hint: "name the step that the upload stands in for with --on-step" },
    );
  }
  const { owner } = work;
  const known = await git ?? {};
  const { values, empty } = standInResults(owner, declaredBy(work), flags.results, known);
  if (empty.length > 0) {
    const text = empty.length === 1
      ? `Result ${empty[0]} of ${owner} is empty`
      : `Results ${empty.join(", ")} of ${owner} are empty`;
    emit({ kind: "note", text: `${text}; --result NAME=VALUE sets one` });
  }
  const tooLarge = whyTooLarge(owner, values);
  if (tooLarge !== undefined) emit({ kind: "note", text: tooLarge });
  return filesOf(work, values);
}

/**
 * Returns the files of --result alone, for work that is done and writes its results itself. Throws
 * UsageError for a result that it does not have.
 */
export function givenFiles(
  { results: given }: Pick<RunFlags, "results">,
  work: ReplacedWork | undefined,
): Record<string, string> {
  if (work === undefined) return {};
  const { values } = standInResults(work.owner, declaredBy(work), given, {});
  const isGiven = ({ name }: ResultSpec) => given.some((one) => one.name === name);
  return filesOf({
    results: work.results.filter(isGiven),
    stepResults: work.stepResults.filter(isGiven),
  }, values);
}

function declaredBy({ results, stepResults }: ReplacedWork): ResultSpec[] {
  return [...new Map([...stepResults, ...results].map((one) => [one.name, one])).values()];
}

function filesOf(
  { results, stepResults }: Pick<ReplacedWork, "results" | "stepResults">,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries([
    ...results.map(({ name }) => [name, values[name]]),
    ...stepResults.map(({ name }) => [`${OF_STEP}${name}`, values[name]]),
  ]);
}
