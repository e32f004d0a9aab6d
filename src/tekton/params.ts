/** The run's params against what the Pipeline or Task declares: pure. */
import { UsageError } from "../errors.ts";
import type { Param, ParamSpec, ParamType, ParamValue } from "./model.ts";

/** A declared param's type: its own, else by its properties or its default, else string (Tekton's rule). */
export function typeOf(
  spec: Pick<ParamSpec, "type" | "properties" | "default">,
): ParamType {
  if (spec.type !== undefined) return spec.type;
  if (spec.properties !== undefined) return "object";
  if (Array.isArray(spec.default)) return "array";
  return typeof spec.default === "object" ? "object" : "string";
}

/**
 * Typed params out of `name` and raw text. `parse` reads the text as that type. An array or object that
 * is given more than once is all of them, in their order.
 * Throws UsageError for one that is not declared, or a required one that is not given.
 */
export function bindParams(
  owner: string,
  specs: readonly ParamSpec[],
  given: readonly { name: string; text: string }[],
  parse: (name: string, text: string, type: ParamType) => ParamValue,
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
    params.set(name, { name, value: before === undefined ? value : joined(name, before, value) });
  }
  for (const spec of specs) {
    const value = params.get(spec.name)?.value;
    if (value === undefined) continue;
    checkEnum(owner, spec, value);
    checkKeys(owner, spec, value);
  }
  const missing = specs.filter((spec) => spec.default === undefined && !params.has(spec.name));
  if (missing.length > 0) {
    const names = missing.map((spec) => `"${spec.name}"`).join(", ");
    const hint = missing.map((spec) => `--param ${spec.name}=${placeholder(spec)}`).join(" ");
    throw new UsageError(
      `Cannot start ${owner}: ${missing.length === 1 ? "param" : "params"} ${names} not given`,
      { hint },
    );
  }
  return [...params.values()];
}

/** Both are of one type. */
function joined(name: string, before: ParamValue, value: ParamValue): ParamValue {
  if (Array.isArray(before)) return [...before, ...value as string[]];
  if (typeof before === "string") {
    throw new UsageError(`Cannot set param "${name}": it is given twice, and it is a string`, {
      hint: `only one of ${[before, value].map((one) => `--param ${name}=${one}`).join(", ")}`,
    });
  }
  const added = value as Record<string, string>;
  const twice = Object.keys(added).find((key) => Object.hasOwn(before, key));
  if (twice === undefined) return { ...before, ...added };
  throw new UsageError(`Cannot set param "${name}": its key "${twice}" is given twice`, {
    hint: "give each key once",
  });
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
    hint: `--param ${spec.name}=${placeholder(spec)}`,
  });
}

function keys(names: readonly string[]): string {
  return `${names.length === 1 ? "key" : "keys"} ${names.join(", ")}`;
}

function placeholder(spec: ParamSpec): string {
  switch (typeOf(spec)) {
    case "string":
      return "VALUE";
    case "array":
      return "A,B";
    case "object":
      return Object.keys(spec.properties ?? { key: {} }).map((key) => `${key}:VALUE`).join(",");
  }
}
