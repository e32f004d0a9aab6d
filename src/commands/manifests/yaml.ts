/** YAML, by the library `yaml`: no other module of the commands imports it. */
import { Document, parseAllDocuments, type Tags, visit } from "npm:yaml@2.9.1";
import { UsageError } from "../../errors.ts";
import { isMisread, LIKE_NUMBER, readNumber } from "./yaml_numbers.ts";

/** Parses a file's documents, without the empty ones. Throws UsageError with the faulty line. */
export function parseYamlDocuments(text: string, path: string): unknown[] {
  try {
    return parseDocuments(text).filter((value) => value !== null);
  } catch (error) {
    throw new UsageError(`Cannot read "${path}": ${yamlReason(error)}`);
  }
}

/** Returns the error in one line. The library's ends with a colon, before a copy of the text. */
export function yamlReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.split("\n")[0].replace(/:$/, "");
}

/**
 * Parses a text's documents as Kubernetes reads YAML: version 1.1 (`yes` is true, 0644 is 420),
 * with dates and `1:30` as text. Throws the library's error for a text that is not YAML.
 */
export function parseDocuments(text: string): unknown[] {
  const customTags = (tags: Tags) => [...tags.filter(isKept), ...NUMBERS];
  const options = { version: "1.1", customTags, stringKeys: true } as const;
  return [...parseAllDocuments(text, options)].map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return checkedForJson(document.toJS());
  });
}

const [INT, FLOAT, TIMESTAMP] = ["int", "float", "timestamp"].map((name) =>
  `tag:yaml.org,2002:${name}`
);

/** The library reads no number but .inf and .nan, which are refused. */
function isKept(tag: Tags[number]): boolean {
  if (typeof tag === "string") return true;
  if (tag.tag === FLOAT) return "test" in tag && tag.test?.test(".inf") === true;
  return tag.tag !== INT && tag.tag !== TIMESTAMP;
}

const NUMBERS = [FLOAT, INT].map((tag) => ({
  tag,
  default: true,
  test: LIKE_NUMBER,
  resolve: (text: string) => readNumber(text) ?? text,
}));

/** Throws for what JSON cannot express: .inf, .nan, and an alias inside its own value. */
function checkedForJson<T>(value: T, outer: readonly unknown[] = []): T {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Error("a value is .inf or .nan, which JSON does not have");
  }
  if (typeof value !== "object" || value === null) return value;
  if (outer.includes(value)) throw new Error("an alias stands in what it is an alias of");
  for (const inner of Object.values(value)) checkedForJson(inner, [...outer, value]);
  return value;
}

/**
 * Renders without aliases and line folds: values are repeated, scripts keep their lines. A text
 * that YAML 1.1 reads as another value is quoted, since kubectl and PyYAML read that version.
 */
export function toYaml(value: unknown): string {
  const plain = JSON.parse(JSON.stringify(value));
  const document = new Document(plain, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && isMisread(scalar.value)) {
        scalar.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}
