/** Finds the tasks of a Pipeline that its run is sure to skip. Pure. */
import { isRecord } from "../shape.ts";
import type { Param, PipelineSpec, PipelineTask } from "./model.ts";
import { usedTaskResults } from "./references.ts";
import { effectiveParams, fillParams, type Variables, variablesOf } from "./variables.ts";

/**
 * Returns the names of the tasks whose `when` is false by the params alone, of those that need
 * their results, and of those that run after the latter. Tekton runs what comes only after a task
 * that `when` skips.
 */
export function skippedTasks(spec: PipelineSpec, given: readonly Param[]): Set<string> {
  const variables = variablesOf(effectiveParams(spec.params ?? [], given));
  const all = [...(spec.tasks ?? []), ...(spec.finally ?? [])];
  const byWhen = new Set(
    all.filter(({ when = [] }) => when.some((one) => isFalse(one, variables)))
      .map(({ name }) => name),
  );
  const byParents = new Set<string>();
  const follows = (task: PipelineTask) =>
    resultsNeeded(task).some((name) => byWhen.has(name) || byParents.has(name)) ||
    (task.runAfter ?? []).some((name) => byParents.has(name));
  for (let count = -1; count !== byParents.size;) {
    count = byParents.size;
    for (const task of all) if (follows(task)) byParents.add(task.name);
  }
  return byWhen.union(byParents);
}

/** Whether the expression is false whatever the run does. One in CEL is never known. */
function isFalse(when: unknown, variables: Variables): boolean {
  if (!isRecord(when)) return false;
  const { input, operator, values } = when;
  if (typeof input !== "string" || !isTexts(values)) return false;
  if (operator !== "in" && operator !== "notin") return false;
  const [text, among] = fillParams(
    [{ name: "input", value: input }, { name: "values", value: values }],
    variables,
  ).map(({ value }) => value);
  if (typeof text !== "string" || JSON.stringify([text, among]).includes("$(")) return false;
  const isAmong = Array.isArray(among) && among.some((one) => one === text);
  return isAmong !== (operator === "in");
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Returns the tasks whose results the task needs to start. */
function resultsNeeded({ taskSpec: _, ...outside }: PipelineTask): string[] {
  return usedTaskResults(outside);
}
