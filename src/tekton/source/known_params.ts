/**
 * Fills in a Task's params, and the upload's directory, as far as they are known before the run.
 * Pure.
 */
import { UsageError } from "../../errors.ts";
import type { Param, TaskSpec } from "../model.ts";
import { mapStrings } from "../references.ts";
import { effectiveParams, fillParams, variablesOf } from "../variables.ts";
import { repositoryName } from "./clone_command.ts";
import { type Destination, plainDirectory, whyNoDirectory } from "./destination.ts";
import { isDeleteParam, isUrlParam } from "./names.ts";
import type { StandIn } from "./replaced_steps.ts";

/** Fills in the Task's params that are known before the run; references to others stay. */
export type TaskParams = (text: string) => string;

/** `given` are the params with which the Task is run. */
export function taskParams({ params = [] }: TaskSpec, given: readonly Param[]): TaskParams {
  const variables = variablesOf(effectiveParams(params, given));
  return (text) => String(fillParams([{ name: "", value: text }], variables)[0].value);
}

/** Returns the Task with known params filled in its steps, for reading and not for running. */
export function withKnownParams(spec: TaskSpec, given: readonly Param[]): TaskSpec {
  return { ...spec, steps: mapStrings(spec.steps, taskParams(spec, given)) };
}

/** Whether the text has variables that only Tekton knows. */
export function dependsOnRun(text: string): boolean {
  return /\$\((params|tasks|context|workspaces|inputs|finally|steps)[.[]/.test(text);
}

/**
 * Returns the destination with its final directory, if that is known before the run. Throws
 * UsageError for a directory that leads out of the workspace.
 */
export function withKnownDirectory(
  spec: TaskSpec,
  destination: Destination,
  fill: TaskParams,
): Destination {
  const text = fill(destination.directory);
  if (dependsOnRun(text)) return destination;
  const path = text.trim() === "" && /name$/i.test(destination.param ?? "")
    ? directoryOfUrl(spec, fill)
    : text;
  const why = whyNoDirectory(path);
  if (why === undefined) return { ...destination, directory: plainDirectory(path) };
  throw new UsageError(
    `Cannot upload into directory "${path}", which ${
      destination.param === undefined ? "the clone" : `param "${destination.param}"`
    } says: ${why}`,
    { hint: "choose another with --on-directory" },
  );
}

/** Returns the repository's name, which an empty `directory-name` stands for. */
function directoryOfUrl({ params = [] }: TaskSpec, fill: TaskParams): string {
  const url = params.find(({ name }) => isUrlParam(name))?.name;
  const text = url === undefined ? "" : fill(`$(params.${url})`);
  return dependsOnRun(text) ? "" : repositoryName(text);
}

/** Whether the replaced clone would have emptied its directory. */
export function emptiesDirectory(
  { params = [] }: TaskSpec,
  { replaced }: StandIn,
  fill: TaskParams,
): boolean {
  const param = params.find(({ name }) => isDeleteParam(name))?.name;
  return replaced.length > 0 && param !== undefined && fill(`$(params.${param})`) === "true";
}
