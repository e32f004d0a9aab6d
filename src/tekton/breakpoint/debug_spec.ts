/**
 * TEP-0149's `spec.debug` of a PipelineRun or TaskRun, which names the steps to hold. Pure.
 *
 *     debug:
 *       breakpoint: [onTasks, onSteps]
 *       tasks: [clone]          # in a PipelineRun: before the task's first step
 *       steps: [build/compile]  # in a TaskRun: the step's name
 *
 * Source:
 * https://github.com/tektoncd/community/blob/main/teps/0149-tekton-cli-local-data-upload.md#api
 */
import { UsageError } from "../../errors.ts";
import type { Run } from "../model.ts";
import type { StepPlace } from "../target.ts";

export interface Breakpoints {
  /** The Pipeline's tasks whose first step is held; with `everyStep`, all their steps are. */
  readonly tasks: readonly string[];
  readonly steps: readonly StepPlace[];
  /** Hold the first step of a Task, or the first that an upload leaves. */
  readonly firstStep?: boolean;
  /** Hold every step that can be held: those of `tasks`, or of all tasks if `tasks` is empty. */
  readonly everyStep?: boolean;
  /** Hold any step that fails, in any task, if the step can be held. */
  readonly onFailure?: boolean;
  /** Hold after the steps' work instead of before it. */
  readonly after?: boolean;
}

/**
 * Returns undefined if the run asks for no breakpoints. Throws UsageError if `debug` does not have
 * the TEP's form.
 */
export function readBreakpoints(run: Run): Breakpoints | undefined {
  const debug = run.spec.debug ?? {};
  if (typeof debug !== "object" || Array.isArray(debug)) throw refuse(run, "it is not an object");
  const { breakpoint, tasks, steps } = debug as Record<string, unknown>;
  if ([breakpoint, tasks, steps].every((value) => value === undefined)) return undefined;
  const kinds = names(run, "breakpoint", breakpoint);
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) {
    throw refuse(run, `breakpoint "${unknown}" is not one of ${KINDS.join(", ")}`);
  }
  const found = {
    tasks: named(run, kinds, "onTasks", "tasks", tasks),
    steps: named(run, kinds, "onSteps", "steps", steps).map((name) => stepPlace(run, name)),
  };
  if (run.kind === "TaskRun" && found.tasks.length > 0) {
    throw refuse(run, "a TaskRun has steps to hold at, not tasks");
  }
  return found;
}

/** Returns the run without the TEP's fields. Tekton's own `debug.breakpoints` stays. */
export function withoutBreakpoints<T extends Run>(run: T): T {
  const { debug, ...spec } = run.spec;
  const { breakpoint: _, tasks: __, steps: ___, ...own } = debug as Record<string, unknown>;
  return { ...run, spec: Object.keys(own).length === 0 ? spec : { ...spec, debug: own } };
}

const KINDS = ["onTasks", "onSteps"];

/**
 * Returns the names for a kind of breakpoint. Throws if the kind has no names, or the names have no
 * kind: either alone does nothing.
 */
function named(
  run: Run,
  kinds: readonly string[],
  kind: string,
  field: string,
  value: unknown,
): string[] {
  const list = names(run, field, value);
  if (kinds.includes(kind) && list.length === 0) {
    throw refuse(run, `breakpoint ${kind} needs ${field}`);
  }
  if (!kinds.includes(kind) && list.length > 0) {
    throw refuse(run, `${field} needs breakpoint ${kind}`);
  }
  return list;
}

function names(run: Run, field: string, value: unknown): string[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.every((name) => typeof name === "string");
  if (isList) return [...new Set(value as string[])];
  throw refuse(run, `${field} is not a list of names`);
}

function stepPlace(run: Run, name: string): StepPlace {
  if (run.kind === "TaskRun") return { step: name };
  const slash = name.indexOf("/");
  if (slash > 0) return { task: name.slice(0, slash), step: name.slice(slash + 1) };
  throw refuse(run, `step "${name}" of a Pipeline's task is written task/step`);
}

function refuse({ kind, metadata }: Run, why: string): UsageError {
  const name = metadata.name ?? metadata.generateName ?? "";
  return new UsageError(`Cannot hold ${kind} "${name}" by its spec.debug: ${why}`, {
    hint: "see TEP-0149: breakpoint: [onTasks], tasks: [NAME]",
  });
}
