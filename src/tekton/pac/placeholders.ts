/**
 * The placeholders of Pipelines-as-Code: `{{ revision }}`, `{{ body.pull_request.number }}`. Pure.
 *
 * Pipelines-as-Code fills them in before it reads the YAML. Here they are filled in afterwards, so
 * that no value can change the structure of the document.
 *
 * Source: https://pipelinesascode.com/docs/guide/authoringprs/
 */
import { mapStrings } from "../references.ts";

const PLACEHOLDER = /\{\{([^{}]{2,}?)\}\}/g;

/** The names that Pipelines-as-Code itself knows. */
const STANDARD_NAMES = [
  "revision",
  "repo_url",
  "repo_owner",
  "repo_name",
  "source_url",
  "source_branch",
  "target_branch",
  "git_tag",
  "sender",
  "event_type",
  "target_namespace",
  "git_auth_secret",
  "trigger_comment",
  "pull_request_number",
  "pull_request_labels",
] as const;

/** Whether Pipelines-as-Code fills in the name: others may belong to another template language. */
export function isStandardName(name: string): boolean {
  return (STANDARD_NAMES as readonly string[]).includes(name) ||
    /^(body|headers|files)[.[]/.test(name) || name.startsWith("cel:");
}

/** Returns the value with known placeholders filled in; unknown ones stay. */
export function fillPlaceholders<T>(
  value: T,
  values: Readonly<Record<string, string>>,
): T {
  return mapStrings(value, (text) =>
    text.replace(PLACEHOLDER, (placeholder, inner: string) => {
      const name = inner.trim();
      return Object.hasOwn(values, name) ? values[name] : placeholder;
    }));
}

/** Returns the names in the value's placeholders, each once, in order. */
export function placeholderNames(value: unknown): string[] {
  const names = new Set<string>();
  mapStrings(value, (text) => {
    for (const [, inner] of text.matchAll(PLACEHOLDER)) names.add(inner.trim());
    return text;
  });
  return [...names];
}

/** Characters for private use, which no YAML treats as syntax. */
const [OPEN, CLOSE] = ["\ue000", "\ue001"];

/**
 * Returns the YAML text with its placeholders as plain words: unquoted, `{{ revision }}` is a map.
 * `restore` undoes this in the parsed document. A text that has the words' characters stays.
 */
export function protectPlaceholders(
  text: string,
): { text: string; restore: <T>(value: T) => T } {
  if (text.includes(OPEN) || text.includes(CLOSE)) return { text, restore: (value) => value };
  const found: string[] = [];
  const plain = text.replace(
    PLACEHOLDER,
    (placeholder, inner: string) =>
      inner.includes("\n") ? placeholder : `${OPEN}${found.push(placeholder) - 1}${CLOSE}`,
  );
  const word = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "g");
  return {
    text: plain,
    restore: (value) => withKeys(value, (text) => text.replace(word, (_, at) => found[at])),
  };
}

function withKeys<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => withKeys(item, change)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), withKeys(item, change)]),
  ) as T;
}
