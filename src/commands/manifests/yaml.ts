/** YAML, by the library `yaml`: no other module of the commands imports it. */
import { parseAllDocuments, stringify, type Tags } from "npm:yaml@2.9.1";
import { UsageError } from "../../errors.ts";

/** Parses a file's documents, without the empty ones. Throws UsageError with the faulty line. */
export function parseYamlDocuments(text: string, path: string): unknown[] {
  try {
    return parseDocuments(text).filter((value) => value !== null);
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`Cannot read "${path}": ${message}`);
  }
}

/**
 * Parses a text's documents as Kubernetes reads YAML: version 1.1 (`yes` is true, 0644 is 420),
 * with dates and `1:30` as text. Throws the library's error for a text that is not YAML.
 */
export function parseDocuments(text: string): unknown[] {
  const customTags = (tags: Tags) =>
    tags.filter((tag) =>
      typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:timestamp" && tag.format !== "TIME"
    );
  const options = { version: "1.1", customTags, stringKeys: true } as const;
  return [...parseAllDocuments(text, options)].map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return withoutCycle(document.toJS());
  });
}

/** Throws for an alias inside its own value: JSON cannot express that. */
function withoutCycle<T>(value: T, outer: readonly unknown[] = []): T {
  if (typeof value !== "object" || value === null) return value;
  if (outer.includes(value)) throw new Error("an alias stands in what it is an alias of");
  for (const inner of Object.values(value)) withoutCycle(inner, [...outer, value]);
  return value;
}

/**
 * Renders without aliases and line folds: values are repeated, scripts keep their lines. A text
 * that YAML 1.1 reads as another value is quoted, since kubectl reads that version.
 */
export function toYaml(value: unknown): string {
  const plain = JSON.parse(JSON.stringify(value));
  return stringify(plain, {
    aliasDuplicateObjects: false,
    lineWidth: 0,
    compat: "yaml-1.1",
  });
}
