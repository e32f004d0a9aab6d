/** The names of fields in objects of files, compared with those that are known. Pure. */
import { isRecord } from "../shape.ts";
import type { Fields } from "./strict_fields.ts";

export interface UnknownField {
  /** `spec.tasks[0].timeoout`. */
  readonly path: string;
  readonly name: string;
  /** The fields that are known in its place. */
  readonly known: readonly string[];
}

type Known = { readonly [key: string]: Fields };

/** Returns the fields that are not known, in their order. Types are checked elsewhere. */
export function unknownFields(value: unknown, fields: Fields, path = ""): UnknownField[] {
  if (isListOf(fields)) {
    return Array.isArray(value)
      ? value.flatMap((one, at) => unknownFields(one, fields[0], `${path}[${at}]`))
      : [];
  }
  if (typeof fields === "string" || !isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = path === "" ? name : `${path}.${name}`;
    return Object.hasOwn(fields, name)
      ? unknownFields(inner, fields[name], place)
      : [{ path: place, name, known: Object.keys(fields) }];
  });
}

/**
 * Returns the value with the known spelling of names that differ from it by case alone: Tekton
 * reads `subpath` as subPath.
 */
export function withKnownSpelling(value: unknown, fields: Fields): unknown {
  if (isListOf(fields)) {
    return Array.isArray(value) ? value.map((one) => withKnownSpelling(one, fields[0])) : value;
  }
  if (typeof fields === "string" || !isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    const known = Object.hasOwn(fields, name) ? name : spelling(name, fields, value);
    return known === undefined ? [name, inner] : [known, withKnownSpelling(inner, fields[known])];
  });
  return Object.fromEntries(entries);
}

function spelling(name: string, fields: Known, object: object): string | undefined {
  const lower = name.toLowerCase();
  return Object.keys(fields).find((known) =>
    known.toLowerCase() === lower && !Object.hasOwn(object, known)
  );
}

function isListOf(fields: Fields): fields is readonly [Fields] {
  return Array.isArray(fields);
}
