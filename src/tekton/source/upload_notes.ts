/** Explains to the user what an upload replaces and where it goes. Pure. */
import type { TaskSpec } from "../model.ts";
import { stepName } from "../target.ts";
import type { Destination } from "./destination.ts";
import { dependsOnRun } from "./known_params.ts";
import type { StandIn } from "./replaced_steps.ts";

/** The choices that the notes explain. */
export interface NotedChoices {
  /** The Pipeline's task; undefined if the Task runs by itself. */
  readonly task?: string;
  /** The commit that the clone checks out by itself, as text; undefined if it is replaced. */
  readonly base?: string;
  /** Why the task was chosen, as text. */
  readonly why?: string;
  /** --on-step */
  readonly askedStep?: string;
  /** --on-directory */
  readonly askedDirectory?: string;
}

/** Returns what an upload replaces and where it goes, as lines for the user. */
export function uploadNotes(
  { steps = [] }: TaskSpec,
  { replaced, at }: StandIn,
  { scope, path, directory, param, isGuess }: Destination,
  { task, base, why, askedStep, askedDirectory }: NotedChoices,
): string[] {
  const because = why === undefined ? "" : `: ${why}`;
  const notes: string[] = [];
  if (base !== undefined) {
    const what = task === undefined ? "The Task" : `Task ${task}`;
    notes.push(`${what} clones ${base}, and only the changes since that commit are uploaded`);
  } else if (replaced.length === 0) {
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
  } else if (dependsOnRun(directory)) {
    notes.push(
      `It goes into the directory that ${
        param === undefined ? "the clone" : `param ${param}`
      } says`,
    );
  } else if (isGuess) {
    notes.push(
      `It goes into workspace ${scope.name} itself: the clone's directory is unknown (--on-directory sets another)`,
    );
  } else if (directory !== ".") {
    const says = param === undefined ? "where the clone puts it" : `as param ${param} says`;
    notes.push(`It goes into directory ${directory} of workspace ${scope.name}, ${says}`);
  }
  return notes;
}
