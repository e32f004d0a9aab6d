/**
 * The shape that the program expects of an object from a file, the cluster or a resolver. Each
 * object is checked once, where it enters. Pure.
 */

/**
 * A string, one of some strings, a number, a map of strings, a list of a shape, or an object with
 * fields of these shapes. A "name" is a required string, and "given" is required and may be
 * anything; all else may be missing. Fields that a shape does not mention are free.
 */
export type Shape =
  | "name"
  | "given"
  | "text"
  | "number"
  | "texts"
  | ReadonlySet<string>
  | readonly [Shape]
  | { readonly [key: string]: Shape };

/** The deepest nesting. No object of Kubernetes is deeper, and each walk recurses. */
const DEEPEST = 200;

/**
 * Returns the value if it has all of these shapes, without the fields that are null: Kubernetes
 * treats them as absent. Else returns the first difference: "spec.taskSpec.steps[0].script is no
 * text".
 */
export function checked(given: unknown, ...shapes: Shape[]): { value: unknown } | { why: string } {
  if (isDeeper(given, DEEPEST)) return { why: "it is nested too deeply" };
  const value = withoutNulls(given);
  const why = first(shapes, (shape) => misfit(value, shape));
  return why === undefined ? { value } : { why };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function withoutNulls(value: unknown): unknown {
  if (!hasNull(value)) return value; // the usual case
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNulls(one)]));
}

function hasNull(value: unknown): boolean {
  if (typeof value !== "object") return false;
  return value === null || Object.values(value).some(hasNull);
}

function misfit(value: unknown, shape: Shape, path = ""): string | undefined {
  if (value === undefined) {
    return shape === "name" || shape === "given" ? `${path} is missing` : undefined;
  }
  if (shape === "given") return undefined;
  if (shape === "text" || shape === "name") {
    return typeof value === "string" ? undefined : `${path} is not a string`;
  }
  if (shape === "number") return typeof value === "number" ? undefined : `${path} is not a number`;
  if (shape instanceof Set) {
    if (shape.has(value as string)) return undefined;
    return `${path} is not one of: ${[...shape].filter((one) => one !== "").join(", ")}`;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return first(value.entries(), ([at, item]) => misfit(item, shape[0], `${path}[${at}]`));
  }
  if (!isRecord(value)) return `${path || "it"} is not an object`;
  const fields: [string, Shape][] = shape === "texts"
    ? Object.keys(value).map((key) => [key, "text"])
    : Object.entries(shape);
  return first(fields, ([key, inner]) => {
    const own = Object.hasOwn(value, key) ? value[key] : undefined;
    return misfit(own, inner, path === "" ? key : `${path}.${key}`);
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
