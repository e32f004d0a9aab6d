/** Breaks one field of an object: null, missing, of another type, or doubled. */
import type { Random } from "./random.ts";

/** A change of the value at a path. */
export interface Mutation {
  readonly path: readonly (string | number)[];
  readonly how: How;
}

const HOWS = ["null", "missing", "text", "number", "truth", "list", "object", "doubled"] as const;
type How = typeof HOWS[number];

export function anyMutation(value: unknown, random: Random): Mutation {
  return { path: random.pick(pathsIn(value)), how: random.pick(HOWS) };
}

/** Returns the path of every field in the object. */
function pathsIn(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const inner = (value as Record<string | number, unknown>)[key];
    return [[key], ...pathsIn(inner).map((path) => [key, ...path])];
  });
}

/** Returns a changed copy, or the same value if it has no such path. */
export function mutated<T>(value: T, { path: [key, ...rest], how }: Mutation): T {
  if (typeof value !== "object" || value === null || !(key in value)) return value;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (rest.length > 0) copy[key] = mutated(copy[key], { path: rest, how });
  else if (how !== "missing") copy[key] = changed(copy[key], how);
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy as T;
}

function changed(value: unknown, how: Exclude<How, "missing">): unknown {
  switch (how) {
    case "null":
      return null;
    case "text":
      return "x";
    case "number":
      return 5;
    case "truth":
      return true;
    case "list":
      return [value];
    case "object":
      return { x: value };
    case "doubled":
      return Array.isArray(value) ? [...value, ...value] : `${value}${value}`;
  }
}
