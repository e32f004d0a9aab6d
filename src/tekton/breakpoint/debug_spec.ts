/**
 * TEP-0149's `spec.debug` of a PipelineRun or TaskRun: where it is to hold. Pure.
 *
 *     debug:
 *       breakpoint: [onTasks, onSteps]
 *       tasks: [clone]          # in a PipelineRun: before the task's first step
 *       steps: [build/compile]  # in a TaskRun the step's name alone
 *
 * Source: https://github.com/tektoncd/community/blob/main/teps/0149-tekton-cli-local-data-upload.md#api
 */
import { UsageError } from "../../errors.ts";
import type { Run } from "../model.ts";

export interface StepPlace {
  /** Undefined in a TaskRun. */
  readonly task?: string;
  readonly step: string;
}

export interface Breakpoints {
  /** Those of a Pipeline's tasks whose first step is held, or with `everyStep` all of them. */
  readonly tasks: readonly string[];
  readonly steps: readonly StepPlace[];
  /** Where that can be: of `tasks` alone, or where none is named of all. */
  readonly everyStep?: boolean;
  /** Any step that fails, of any task, where that can be. */
  readonly onFailure?: boolean;
  /** After the steps' work instead of before it. */
  readonly after?: boolean;
}

/** Undefined where the run asks for none. Throws UsageError for a `debug` that is not the TEP's. */
export function readBreakpoints(run: Run): Breakpoints | undefined {
  const debug = run.spec.debug ?? {};
  if (typeof debug !== "object" || Array.isArray(debug)) throw refuse(run, "it is no object");
  const { breakpoint, tasks, steps } = debug as Record<string, unknown>;
  if ([breakpoint, tasks, steps].every((value) => value === undefined)) return undefined;
  const kinds = names(run, "breakpoint", breakpoint);
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) {
    throw refuse(run, `breakpoint "${unknown}" is none of ${KINDS.join(", ")}`);
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

/** The run without the TEP's fields; Tekton's own `debug.breakpoints` stays. */
export function withoutBreakpoints<T extends Run>(run: T): T {
  const { debug, ...spec } = run.spec;
  const { breakpoint: _, tasks: __, steps: ___, ...own } = debug as Record<string, unknown>;
  return { ...run, spec: Object.keys(own).length === 0 ? spec : { ...spec, debug: own } };
}

const KINDS = ["onTasks", "onSteps"];

/** The names that a kind of breakpoint takes: one without the other does nothing, and is a mistake. */
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
  throw refuse(run, `${field} is no list of names`);
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
