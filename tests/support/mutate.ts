/** An object with something wrong with it: a field that is null, missing, of another type, or there twice. */
import type { Random } from "./random.ts";

/** What is done to the value at a path. */
export interface Mutation {
  readonly path: readonly (string | number)[];
  readonly how: How;
}

const HOWS = ["null", "missing", "text", "number", "truth", "list", "object", "doubled"] as const;
type How = typeof HOWS[number];

export function anyMutation(value: unknown, random: Random): Mutation {
  return { path: random.pick(pathsIn(value)), how: random.pick(HOWS) };
}

/** Every place below the object itself. */
export function pathsIn(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const inner = (value as Record<string | number, unknown>)[key];
    return [[key], ...pathsIn(inner).map((path) => [key, ...path])];
  });
}

/** A copy; what has no such place is copied as it is. */
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
