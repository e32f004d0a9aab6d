/** Which of a Pipeline's tasks fetches the source, or else is the first to need it. Pure. */
import { UsageError } from "../../errors.ts";
import type { Param, PipelineSpec, PipelineTask, TaskSpec } from "../model.ts";
import { mapStrings } from "../references.ts";
import { dependencies } from "../target.ts";
import { isForCredentials, isUrlParam, looksLikeClone, looksLikeCloneTask } from "./names.ts";
import { type Evidence, hasCloneInterface } from "./stand_in.ts";
import { workOf } from "./step_work.ts";

/** A task, and what tells that it is the clone. */
export interface Chosen {
  readonly task: PipelineTask;
  readonly evidence: Evidence;
  /** Why it was taken, in words; undefined: it was asked for. */
  readonly why?: string;
  /** The Task's workspace for whose sake it was taken. */
  readonly workspace?: string;
  /** The tasks that clone too. */
  readonly others: readonly PipelineTask[];
}

/** The Task of a Pipeline's task as far as it could be read, as `readAs` has it. */
export type TaskOf = (task: PipelineTask) => TaskSpec | undefined;

/** Those whose Tasks have to be looked at: by a name, a param, or steps of their own they may be the clone. */
export function likelyClones({ tasks = [] }: PipelineSpec): PipelineTask[] {
  return tasks.filter((task) =>
    isNamedClone(task) || (task.params ?? []).some(isOfClone) ||
    task.taskSpec !== undefined && fetches(task.taskSpec)
  );
}

/** A url, or a script that is passed to a Task which runs it. */
function isOfClone({ name, value }: Param): boolean {
  return isUrlParam(name) || typeof value === "string" && fetches({ steps: [{ script: value }] });
}

/** What is known of one that was asked for. */
export function evidenceOf(task: PipelineTask, spec: TaskSpec | undefined): Evidence {
  if (spec !== undefined && hasCloneInterface(spec)) return "interface";
  return isNamedClone(task) ? "name" : "none";
}

/** Throws UsageError where none, or more than one, can be meant. */
export function chooseTask(owner: string, spec: PipelineSpec, taskOf: TaskOf): Chosen {
  const clones = likelyClones(spec).flatMap((task) => {
    const found = taskOf(task);
    const evidence = evidenceOf(task, found);
    return evidence !== "none" || found !== undefined && fetches(found) ? [{ task, evidence }] : [];
  });
  if (clones.length === 0) return firstUser(owner, spec);
  // Those that share nothing are told where it is seen that each has its own place.
  const isApart = clones.every(({ task }) => (task.workspaces ?? []).length === 0);
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

/** Its Task is, or it is named like, a clone. */
function isNamedClone({ name, taskRef }: PipelineTask): boolean {
  // The name of a resolver's object, its path in a repository, its bundle, its url.
  const named = (taskRef?.params ?? []).filter(({ name }) => name !== "revision");
  const names = [taskRef?.name, ...named.map(({ value }) => value)];
  return looksLikeCloneTask(name) && !isKnownOther(names) ||
    names.some((one) => typeof one === "string" && looksLikeClone(one));
}

/** A task called `fetch` whose Task is called otherwise does what that is called. */
function isKnownOther(names: readonly unknown[]): boolean {
  return names.some((name) =>
    typeof name === "string" && /build|test|deploy|lint|scan|push|deps|dependenc/i.test(name)
  );
}

/** A step of its fetches a repository. */
export function fetches({ steps = [] }: TaskSpec): boolean {
  return steps.some((step) => ["fetch", "mixed"].includes(workOf(step)));
}

/** The url of its repository is a param of the run, not one that the Pipeline names. */
function isGivenByRun({ params = [] }: PipelineTask): boolean {
  let given = false;
  mapStrings(params.filter(({ name }) => isUrlParam(name)), (text) => {
    given ||= /\$\((inputs\.)?params[.[]/.test(text);
    return text;
  });
  return given;
}

/** With no clone: the first task that uses the workspace of most, where all others that use it come after it. */
function firstUser(owner: string, spec: PipelineSpec): Chosen {
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
    const name = first.workspaces!.find((one) => (one.workspace ?? one.name) === workspace)!.name;
    return { task: first, evidence: "none", why, workspace: name, others: [] };
  }
  throw unclear(owner, spec, []);
}

/** The Pipeline's workspaces that a task uses, but for credentials; without `workspace` it is the one of the same name. */
function workspacesOf(task: PipelineTask): string[] {
  return (task.workspaces ?? []).filter(({ name }) => !isForCredentials(name))
    .map(({ name, workspace }) => workspace ?? name)
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
