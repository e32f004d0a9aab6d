/** Checks the params of a run against those that its Pipeline or Task declares. Pure. */
import { UsageError } from "../errors.ts";
import type { Param, ParamSpec, ParamType, ParamValue } from "./model.ts";

/**
 * Returns a declared param's type, by Tekton's rule: the declared type, else that of its properties
 * or its default, else string.
 * Source: Tekton 1.9, pkg/apis/pipeline/v1/param_types.go (ParamSpec.SetDefaults)
 */
export function typeOf(
  spec: Pick<ParamSpec, "type" | "properties" | "default">,
): ParamType {
  if (spec.type) return spec.type;
  if (spec.properties !== undefined) return "object";
  if (Array.isArray(spec.default)) return "array";
  return typeof spec.default === "object" ? "object" : "string";
}

/**
 * Returns typed params for names with raw text: `list` and `a,b` is `{ name: "list", value: ["a",
 * "b"] }`. `parse` reads the text as the declared type. The values of an array or object that is
 * given several times are joined in order; of a string, the last counts. `earlier` are the params
 * of the run to start again: a given one replaces its value.
 *
 * Throws UsageError for an undeclared param, or a value that does not fit.
 */
export function bindParams(
  owner: string,
  specs: readonly ParamSpec[],
  given: readonly { name: string; text: string }[],
  parse: (name: string, text: string, type: ParamType) => ParamValue,
  earlier: readonly Param[] = [],
): Param[] {
  const declared = specs.map((spec) => spec.name);
  const params = new Map<string, Param>();
  for (const { name, text } of given) {
    const spec = specs.find((spec) => spec.name === name);
    if (spec === undefined) {
      throw new UsageError(`Cannot set param "${name}": ${owner} has no such param`, {
        hint: declared.length === 0 ? "it takes no params" : `its params: ${declared.join(", ")}`,
      });
    }
    const value = parse(name, text, typeOf(spec));
    const before = params.get(name)?.value;
    params.set(name, { name, value: before === undefined ? value : joined(before, value) });
  }
  for (const spec of specs) {
    const value = params.get(spec.name)?.value;
    if (value === undefined) continue;
    checkEnum(owner, spec, value);
    checkKeys(owner, spec, value);
  }
  const kept = earlier.filter(({ name }) => !params.has(name));
  return [...kept, ...params.values()];
}

/**
 * Returns typed params for a definition that is not known: a given text is read as the type that
 * `known` says, which is that of an earlier definition, else that of the earlier value, or as a
 * string.
 */
export function bindUndeclared(
  given: readonly { name: string; text: string }[],
  earlier: readonly Param[],
  parse: (name: string, text: string, type: ParamType) => ParamValue,
  known: readonly ParamSpec[] = [],
): Param[] {
  const names = new Set([...earlier, ...given].map(({ name }) => name));
  const specs = [...names].map((name) => {
    const spec = known.find((one) => one.name === name);
    const value = earlier.findLast((param) => param.name === name)?.value ?? "";
    return { name, default: value, type: spec && typeOf(spec) };
  });
  return bindParams("the run", specs, given, parse, earlier);
}

/** Joins two values of the same type. The last of two texts, or of a key's two values, counts. */
function joined(before: ParamValue, value: ParamValue): ParamValue {
  if (Array.isArray(before)) return [...before, ...value as string[]];
  if (typeof before === "string") return value;
  return { ...before, ...value as Record<string, string> };
}

/** Returns the names that are given several times, and of which only the last text counts. */
export function replacedTexts(
  given: readonly { name: string }[],
  params: readonly Param[],
): string[] {
  const names = given.map(({ name }) => name);
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  const isText = (name: string) =>
    params.some((param) => param.name === name && typeof param.value === "string");
  return [...twice].filter(isText);
}

function checkEnum(owner: string, spec: ParamSpec, value: ParamValue): void {
  if (spec.enum === undefined || spec.enum.includes(String(value))) return;
  throw new UsageError(`Cannot set param "${spec.name}" of ${owner}: "${value}" is not allowed`, {
    hint: `one of: ${spec.enum.join(", ")}`,
  });
}

function checkKeys(owner: string, spec: ParamSpec, value: ParamValue): void {
  if (typeOf(spec) !== "object" || typeof value === "string") return;
  const fallback = typeof spec.default === "object" ? Object.keys(spec.default) : [];
  const declared = Object.keys(spec.properties ?? {});
  const given = Object.keys(value);
  const what = `Cannot set param "${spec.name}" of ${owner}`;
  const unknown = given.filter((key) => ![...declared, ...fallback].includes(key));
  if (declared.length > 0 && unknown.length > 0) {
    throw new UsageError(`${what}: it has no ${keys(unknown)}`, {
      hint: `its keys: ${declared.join(", ")}`,
    });
  }
  const missing = declared.filter((key) => ![...given, ...fallback].includes(key));
  if (missing.length === 0) return;
  throw new UsageError(`${what}: it lacks the ${keys(missing)}`, {
    hint: `--param ${spec.name}=${exampleOf(spec)}`,
  });
}

function keys(names: readonly string[]): string {
  return `${names.length === 1 ? "key" : "keys"} ${names.join(", ")}`;
}

/** Returns an example of a value, as --param takes it. */
export function exampleOf(spec: ParamSpec): string {
  switch (typeOf(spec)) {
    case "string":
      return spec.enum?.find((value) => /^[\w./:@%+,-]+$/.test(value)) ?? "VALUE";
    case "array":
      return "A,B";
    case "object":
      return Object.keys(spec.properties ?? { key: {} }).map((key) => `${key}:VALUE`).join(",");
  }
}
