/**
 * Replaces a step's reference to a StepAction by the StepAction's content. Pure.
 *
 * image, securityContext and workingDir are the StepAction's, even if it lacks them. Lists and
 * scripts are the StepAction's if it has them. The step keeps the rest. The StepAction's params
 * have the same syntax as the Task's, so they are filled in here.
 *
 * Source: Tekton 1.9, pkg/reconciler/taskrun/resources/taskspec.go;
 * https://tekton.dev/docs/pipelines/stepactions/
 */
import { UsageError } from "../../errors.ts";
import type { ParamValue, Step, StepAction } from "../model.ts";
import type { Variables } from "../variables.ts";

/** Returns the step with the content inline. `known` are the Task's params known before the run. */
export function inlineStepAction(
  step: Step,
  { spec }: StepAction,
  known: Variables = new Map(),
): Step {
  const { ref: _, params = [], ...kept } = step;
  const { params: declared = [], description: __, ...content } = spec;
  const defaults = new Map<string, ParamValue>();
  for (const param of declared) {
    if (param.default !== undefined) defaults.set(param.name, param.default);
  }
  const values: Values = { given: new Map(defaults), defaults, known };
  // A default may refer to other params, so all given values are set before defaults are filled in.
  for (const { name, value } of params) values.given.set(name, value);
  const given = new Set(params.map((param) => param.name));
  for (const { name } of declared) {
    const value = values.given.get(name);
    if (!given.has(name) && value !== undefined) values.given.set(name, fill(value, values));
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

interface Values {
  readonly given: Map<string, ParamValue>;
  /** Defaults, which complete a given object or list that lacks an item. */
  readonly defaults: ReadonlyMap<string, ParamValue>;
  readonly known: Variables;
}

/** Fills in `$(params.x)` in all its forms, once: references inside the values are the Task's. */
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

/** Replaces an item that refers to a whole array, and has no other text, by the array's items. */
function fillItem(item: unknown, values: Values): unknown[] {
  if (typeof item !== "string") return [fill(item, values)];
  const [whole, ...names] = new RegExp(`^${REFERENCE}$`).exec(item) ?? [];
  const value = whole === undefined ? undefined : values.given.get(nameOf(names));
  const key = names[3];
  return Array.isArray(value) && (key === undefined || key === "[*]")
    ? value
    : [fillText(item, values)];
}

function fillText(text: string, values: Values): string {
  return text.replace(new RegExp(REFERENCE, "g"), (reference, ...found) => {
    const name = nameOf(found);
    const [value, key] = [values.given.get(name), found[3]];
    if (value === undefined) return reference;
    const other = item(values.defaults.get(name), key);
    if (other !== undefined && isLacking(value, key, values.known)) return other;
    return part(value, key, reference);
  });
}

function nameOf(found: (string | undefined)[]): string {
  return found[0] ?? found[1] ?? found[2] ?? "";
}

/** A whole array or object of the Task, passed on: `$(params.list[*])`. */
const PASSED_ON = /^\$\((params[^*]*)\[\*\]\)$/;

/** Returns an element of a list that may contain another list of unknown length. */
function element(list: readonly string[], index: number): string | undefined {
  const at = list.findIndex((item) => PASSED_ON.test(item));
  if (at < 0 || index < at) return list[index];
  if (at < list.length - 1) {
    throw new UsageError(
      `Cannot hold the step: its StepAction takes element ${index} of ${JSON.stringify(list)}`,
      { hint: "only the run knows that element, from its params: choose another step" },
    );
  }
  return `$(${PASSED_ON.exec(list[at])![1]}[${index - at}])`;
}

/** Returns an item of the value; `key` is "[*]", "[0]" or ".name". */
function item(value: ParamValue | undefined, key: string | undefined): string | undefined {
  if (typeof value !== "object" || key === undefined) return undefined;
  return Array.isArray(value) ? value[Number(key.slice(1, -1))] : value[key.slice(1)];
}

/** Whether the value is known to lack the item. */
function isLacking(value: ParamValue, key: string | undefined, known: Variables): boolean {
  if (Array.isArray(value)) {
    const lengths = value.map((one) => lengthOf(one, known));
    return lengths.reduce((sum, length) => sum + length, 0) <= Number(key?.slice(1, -1));
  }
  if (typeof value !== "string") return item(value, key) === undefined;
  const name = PASSED_ON.exec(value)?.[1];
  const whole = name === undefined ? undefined : known.get(name);
  const isKnown = typeof whole === "string" ? !whole.includes("$(") : whole !== undefined;
  return isKnown && !known.has(`${name}${key}`);
}

/** Returns how many items an item of a list stands for; Infinity if that is unknown. */
function lengthOf(text: string, known: Variables): number {
  const name = PASSED_ON.exec(text)?.[1];
  const list = name === undefined ? [text] : known.get(name);
  return Array.isArray(list) ? list.length : Infinity;
}

/** Returns the text that replaces the reference; `key` as in `item`. */
function part(value: ParamValue, key: string | undefined, reference: string): string {
  if (typeof value === "string") {
    const name = PASSED_ON.exec(value)?.[1];
    if (key === undefined || key === "[*]") return value;
    return name === undefined ? reference : `$(${name}${key})`;
  }
  if (key === undefined || key === "[*]") return reference;
  if (Array.isArray(value)) return element(value, Number(key.slice(1, -1))) ?? reference;
  return value[key.slice(1)] ?? reference;
}
