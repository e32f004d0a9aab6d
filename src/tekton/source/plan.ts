/** What an upload does in a Task, and how it is said: the directory, what is deleted there, the notes. Pure. */
import { UsageError } from "../../errors.ts";
import type { Param, TaskSpec } from "../model.ts";
import { mapStrings } from "../references.ts";
import { stepName } from "../target.ts";
import { effectiveParams, fillParams, variablesOf } from "../variables.ts";
import { repositoryName } from "./clone_command.ts";
import { type Destination, plainDirectory, whyNoDirectory } from "./destination.ts";
import { isDeleteParam, isUrlParam } from "./names.ts";
import type { StandIn } from "./replaced_steps.ts";

/** The Task's params by name, as far as they are known before the run; what is not has variables in it. */
export type TaskParams = (text: string) => string;

/** `given` are those that the Task is run with. */
export function taskParams({ params = [] }: TaskSpec, given: readonly Param[]): TaskParams {
  const variables = variablesOf(effectiveParams(params, given));
  return (text) => String(fillParams([{ name: "", value: text }], variables)[0].value);
}

/** The Task with what is known of its params in its steps' text, to be looked at and not to be run. */
export function readAs(spec: TaskSpec, given: readonly Param[]): TaskSpec {
  return { ...spec, steps: mapStrings(spec.steps, taskParams(spec, given)) };
}

/** Whether Tekton alone knows it. */
export function isOpen(text: string): boolean {
  return /\$\((params|tasks|context|workspaces|inputs|finally|steps)[.[]/.test(text);
}

/**
 * The destination with its directory as it will be, where that is known before the run. Throws UsageError for one that
 * leads out of the workspace.
 */
export function settled(spec: TaskSpec, destination: Destination, fill: TaskParams): Destination {
  const text = fill(destination.directory);
  if (isOpen(text)) return destination;
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

/** An empty `directory-name` is the repository's. */
function directoryOfUrl({ params = [] }: TaskSpec, fill: TaskParams): string {
  const url = params.find(({ name }) => isUrlParam(name))?.name;
  const text = url === undefined ? "" : fill(`$(params.${url})`);
  return isOpen(text) ? "" : repositoryName(text);
}

/** Whether the clone would have emptied its directory. */
export function emptiesDirectory(
  { params = [] }: TaskSpec,
  { replaced }: StandIn,
  fill: TaskParams,
): boolean {
  const param = params.find(({ name }) => isDeleteParam(name))?.name;
  return replaced.length > 0 && param !== undefined && fill(`$(params.${param})`) === "true";
}

export interface Told {
  /** The Pipeline's task; undefined: the Task is run by itself. */
  readonly task?: string;
  /** Why it was chosen, in words. */
  readonly why?: string;
  /** --on-step */
  readonly askedStep?: string;
  /** --on-directory */
  readonly askedDirectory?: string;
}

export function uploadNotes(
  { steps = [] }: TaskSpec,
  { replaced, at }: StandIn,
  { scope, path, directory, param, isGuess }: Destination,
  { task, why, askedStep, askedDirectory }: Told,
): string[] {
  const because = why === undefined ? "" : `: ${why}`;
  const notes: string[] = [];
  if (replaced.length === 0) {
    if (task !== undefined) {
      notes.push(
        `The upload comes before the first step of task ${task}, all steps of which run${because}`,
      );
    }
  } else if (replaced.length === steps.length) {
    const several = steps.length > 1;
    const all = `all its steps (${steps.map(stepName).join(", ")})`;
    if (why !== undefined) {
      const and = several ? ` and ${all}` : "";
      notes.push(`The upload stands in for task ${task}${and}${because}`);
    } else if (several) {
      notes.push(
        `The upload stands in for ${task === undefined ? "the Task" : `task ${task}`} and ${all}`,
      );
    }
  } else if (askedStep === undefined) {
    const names = replaced.map((at) => stepName(steps[at], at));
    const what = names.length === 1 ? `step ${names[0]}` : `steps ${names.join(", ")}`;
    const of = task === undefined ? "" : ` of task ${task}`;
    notes.push(`The upload stands in for ${what}${of}, and the other steps run${because}`);
  }
  if (askedDirectory !== undefined) return notes;
  if (scope.kind === "volume") {
    const below = directory === "." ? "" : `/${directory}`;
    notes.push(`It goes to ${path}${below} in step ${stepName(steps[at], at)}`);
  } else if (isOpen(directory)) {
    notes.push(
      `It goes into the directory that ${
        param === undefined ? "the clone" : `param ${param}`
      } says`,
    );
  } else if (isGuess) {
    notes.push(
      `It goes into workspace ${scope.name} itself: where in it the clone puts the source can't be told (--on-directory names another place)`,
    );
  } else if (directory !== ".") {
    const says = param === undefined ? "where the clone puts it" : `as param ${param} says`;
    notes.push(`It goes into directory ${directory} of workspace ${scope.name}, ${says}`);
  }
  return notes;
}
