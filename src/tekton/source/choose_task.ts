/**
 * Chooses the task of a Pipeline that fetches the source, or else the first that needs it. Pure.
 */
import { UsageError } from "../../errors.ts";
import type { Param, PipelineSpec, PipelineTask, TaskSpec } from "../model.ts";
import { usedByTask } from "../handed_down.ts";
import { mapStrings } from "../references.ts";
import { dependencies } from "../target.ts";
import { isForCredentials, isUrlParam, looksLikeClone, looksLikeCloneTask } from "./names.ts";
import { type Evidence, isClone } from "./stand_in.ts";
import { workOf } from "./step_work.ts";

/** The chosen task, with the evidence that it is the clone. */
export interface ChosenTask {
  readonly task: PipelineTask;
  readonly evidence: Evidence;
  /** Why the task was chosen, as text; undefined if the user named it. */
  readonly why?: string;
  /** The Task's workspace that made it the choice. */
  readonly workspace?: string;
  /** The other tasks that clone. */
  readonly others: readonly PipelineTask[];
}

/**
 * Returns a task's Task with known params filled in by `withKnownParams`; undefined if it is
 * unreadable.
 */
export type TaskOf = (task: PipelineTask) => TaskSpec | undefined;

/**
 * Returns the tasks that may clone, by a name, a param or inline steps: their Tasks must be read.
 */
export function likelyClones({ tasks = [] }: PipelineSpec): PipelineTask[] {
  return tasks.filter((task) =>
    isNamedClone(task) || (task.params ?? []).some(isOfClone) ||
    task.taskSpec !== undefined && fetches(task.taskSpec)
  );
}

/** Whether the param is a repository's URL, or a script that clones, for a Task that runs it. */
function isOfClone({ name, value }: Param): boolean {
  return isUrlParam(name) || typeof value === "string" && fetches({ steps: [{ script: value }] });
}

/** Returns the evidence for a task that the user named. */
export function evidenceOf(task: PipelineTask, spec: TaskSpec | undefined): Evidence {
  if (spec !== undefined && isClone(spec)) return "interface";
  return isNamedClone(task) ? "name" : "none";
}

/**
 * Returns the task that the upload stands in for. Of several clones it takes the first whose URL is
 * a param of the run. Throws UsageError if no task, or more than one, is possible.
 */
export function chooseTask(owner: string, spec: PipelineSpec, taskOf: TaskOf): ChosenTask {
  const clones = likelyClones(spec).flatMap((task) => {
    const found = taskOf(task);
    const evidence = evidenceOf(task, found);
    return evidence !== "none" || found !== undefined && fetches(found) ? [{ task, evidence }] : [];
  });
  if (clones.length === 0) return firstUser(owner, spec);
  // Clones without workspaces each keep the source in their own pod: any may be the first.
  const isApart = clones.every(({ task }) => usedByTask(task).length === 0);
  const [first] = clones.length === 1 || isApart
    ? clones
    : clones.filter(({ task }) => isGivenByRun(task));
  if (first !== undefined) {
    const others = clones.length === 1
      ? ""
      : `, the first of ${clones.length} that do (--on-task names another)`;
    return {
      ...first,
      why: `it clones the repository${others}`,
      others: clones.map(({ task }) => task).filter((task) => task !== first.task),
    };
  }
  throw unclear(owner, spec, clones.map(({ task }) => task));
}

/** Whether the task or its Task is named like a clone. */
function isNamedClone({ name, taskRef }: PipelineTask): boolean {
  // A resolver's params name the object, its path in a repository, its bundle or its URL.
  const named = (taskRef?.params ?? []).filter(({ name }) => name !== "revision");
  const names = [taskRef?.name, ...named.map(({ value }) => value)];
  return looksLikeCloneTask(name) && !isKnownOther(names) ||
    names.some((one) => typeof one === "string" && looksLikeClone(one));
}

/** Whether the Task's name says that it does other work, even if the task is called `fetch`. */
function isKnownOther(names: readonly unknown[]): boolean {
  return names.some((name) =>
    typeof name === "string" && /build|test|deploy|lint|scan|push|deps|dependenc/i.test(name)
  );
}

/** Whether a step of the Task fetches a repository. */
function fetches({ steps = [] }: TaskSpec): boolean {
  return steps.some((step) => ["fetch", "mixed"].includes(workOf(step)));
}

/** Whether the URL is a param of the run and not a constant of the Pipeline. */
function isGivenByRun({ params = [] }: PipelineTask): boolean {
  let given = false;
  mapStrings(params.filter(({ name }) => isUrlParam(name)), (text) => {
    given ||= /\$\((inputs\.)?params[.[]/.test(text);
    return text;
  });
  return given;
}

/**
 * Returns the first task that uses the most used workspace, if all other users of that workspace
 * run after it. For Pipelines without a clone.
 */
function firstUser(owner: string, spec: PipelineSpec): ChosenTask {
  const tasks = spec.tasks ?? [];
  const counts = new Map<string, number>();
  for (const name of tasks.flatMap(workspacesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  for (const [workspace] of [...counts].filter(([, count]) => count === most)) {
    const users = tasks.filter((task) => workspacesOf(task).includes(workspace));
    const first = users.find((task) =>
      users.every((other) => other === task || comesAfter(tasks, other, task.name))
    );
    if (first === undefined) continue;
    const why = `no task of the Pipeline clones, and it is the first to use workspace ${workspace}`;
    const { name } = usedByTask(first).find((one) => one.workspace === workspace)!;
    return { task: first, evidence: "none", why, workspace: name, others: [] };
  }
  throw unclear(owner, spec, []);
}

/** Returns the Pipeline's workspaces that a task uses, except those for credentials. */
function workspacesOf(task: PipelineTask): string[] {
  return usedByTask(task).filter(({ name }) => !isForCredentials(name))
    .map(({ workspace }) => workspace)
    .filter((name) => !isForCredentials(name));
}

function comesAfter(tasks: readonly PipelineTask[], task: PipelineTask, name: string): boolean {
  const seen = new Set<string>();
  const left = [task];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const before of dependencies(next)) {
      if (before === name) return true;
      const found = tasks.find((one) => one.name === before);
      if (found === undefined || seen.has(before)) continue;
      seen.add(before);
      left.push(found);
    }
  }
  return false;
}

function unclear(owner: string, spec: PipelineSpec, clones: readonly PipelineTask[]): UsageError {
  const names = (tasks: readonly PipelineTask[]) => tasks.map(({ name }) => name).join(", ");
  const all = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const others = all.filter((task) => !clones.includes(task));
  return new UsageError(`Cannot tell which task of ${owner} the upload stands in for`, {
    hint: clones.length === 0
      ? `name it with --on-task; its tasks: ${names(all)}`
      : `name it with --on-task; these clone: ${names(clones)}; its other tasks: ${names(others)}`,
  });
}
