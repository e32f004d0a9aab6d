/**
 * A step that refers to a StepAction, with the StepAction's content in the reference's place. Pure.
 * Source: Tekton 1.9, pkg/reconciler/taskrun/resources/taskspec.go: image, securityContext and
 * workingDir are the StepAction's even where it has none; lists and scripts where it has them; the
 * step keeps the rest. Its params share the syntax of the Task's, so they are filled in here.
 */
import { UsageError } from "../errors.ts";
import type { ParamValue, Step, StepAction } from "./model.ts";

export function inlineStepAction(step: Step, { spec }: StepAction): Step {
  const { ref: _, params = [], ...kept } = step;
  const { params: declared = [], description: __, ...content } = spec;
  const values = new Map<string, ParamValue>();
  for (const param of declared) {
    if (param.default !== undefined) values.set(param.name, param.default);
  }
  // A default may refer to other params: the given values come in before they are filled in.
  for (const { name, value } of params) values.set(name, value);
  const given = new Set(params.map((param) => param.name));
  for (const { name } of declared) {
    if (!given.has(name) && values.has(name)) values.set(name, fill(values.get(name)!, values));
  }
  const filled = fill(content, values);
  const { image, securityContext, workingDir, ...lists } = filled;
  const nonEmpty = Object.fromEntries(
    Object.entries(lists).filter(([, value]) => value !== "" && !isEmptyList(value)),
  );
  const merged: Step = { ...kept, ...nonEmpty, image, securityContext, workingDir };
  for (const key of ["securityContext", "workingDir"] as const) {
    if (merged[key] === undefined) delete merged[key];
  }
  return merged;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

type Values = ReadonlyMap<string, ParamValue>;

/** Fills `$(params.x)` and its like in, once: what the values hold is the Task's affair. */
function fill<T>(value: T, values: Values): T {
  if (typeof value === "string") return fillText(value, values) as T;
  if (Array.isArray(value)) return value.flatMap((item) => fillItem(item, values)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fill(item, values)]),
  ) as T;
}

const REFERENCE = String
  .raw`\$\(params(?:\.([\w-]+)|\["([^"]+)"\]|\['([^']+)'\])(\[\*\]|\[\d+\]|\.[\w.-]+)?\)`;

/** An item that is nothing but a reference to a whole array becomes the array's items. */
function fillItem(item: unknown, values: Values): unknown[] {
  if (typeof item !== "string") return [fill(item, values)];
  const [whole, ...names] = new RegExp(`^${REFERENCE}$`).exec(item) ?? [];
  const value = whole === undefined ? undefined : values.get(nameOf(names));
  const key = names[3];
  return Array.isArray(value) && (key === undefined || key === "[*]")
    ? value
    : [fillText(item, values)];
}

function fillText(text: string, values: Values): string {
  return text.replace(new RegExp(REFERENCE, "g"), (reference, ...found) => {
    const value = values.get(nameOf(found));
    return value === undefined ? reference : part(value, found[3], reference);
  });
}

function nameOf(found: (string | undefined)[]): string {
  return found[0] ?? found[1] ?? found[2] ?? "";
}

/** A whole array or object of the Task's, handed on: `$(params.list[*])`. */
const HANDED_ON = /^\$\((params[^*]*)\[\*\]\)$/;

/** An element of a list that may hold all of another one, whose length is not known here. */
function element(list: readonly string[], index: number): string | undefined {
  const at = list.findIndex((item) => HANDED_ON.test(item));
  if (at < 0 || index < at) return list[index];
  if (at < list.length - 1) {
    throw new UsageError(
      `Cannot hold the step: its StepAction takes element ${index} of ${JSON.stringify(list)}`,
      { hint: "which one that is, is known only once the run has its params: choose another step" },
    );
  }
  return `$(${HANDED_ON.exec(list[at])![1]}[${index - at}])`;
}

/** `key` is "[*]", "[0]" or ".name". */
function part(value: ParamValue, key: string | undefined, reference: string): string {
  if (typeof value === "string") {
    const name = HANDED_ON.exec(value)?.[1];
    if (key === undefined || key === "[*]") return value;
    return name === undefined ? reference : `$(${name}${key})`;
  }
  if (key === undefined || key === "[*]") return reference;
  if (Array.isArray(value)) return element(value, Number(key.slice(1, -1))) ?? reference;
  return value[key.slice(1)] ?? reference;
}
