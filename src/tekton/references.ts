/**
 * Finds, renames and replaces `$(...)` references inside objects. Pure: it returns changed copies.
 *
 * Tekton's forms are `$(params.x)`, `$(params["x"])` and `$(params['x'])`, each also followed by
 * `[0]`, `[*]` or `.key`. `$(inputs.params.x)` is an old spelling of the first.
 * Source: https://tekton.dev/docs/pipelines/variables/
 */

/** Replaces text in every string of a JSON value, keys excepted. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]),
  ) as T;
}

/** Replaces every `$(variable)` of exactly that name by the text. */
export function replaceVariable<T>(value: T, variable: string, text: string): T {
  return mapStrings(value, (string) => string.replaceAll(`$(${variable})`, () => text));
}

/**
 * Renames `$(params.from...)` to `$(params.to...)` in all spellings. `keys` are the keys of an
 * object that a reference may have; undefined: any.
 */
export function renameParam<T>(value: T, from: string, to: string, keys?: readonly string[]): T {
  const name = nameInReferences(from, keys);
  return mapStrings(value, (text) => text.replace(name, () => to));
}

/** Whether the value has a reference to the param or to one of its keys. */
export function refersTo(value: unknown, name: string, keys?: readonly string[]): boolean {
  return containsMatch(value, nameInReferences(name, keys));
}

/**
 * Returns a pattern that matches only the name within each reference. Tekton does not take
 * `$(inputs.params.x.key)` and `$(inputs.params["x"])` as references.
 */
function nameInReferences(param: string, keys?: readonly string[]): RegExp {
  const name = escape(param);
  const index = "\\[(?:\\*|\\d+)\\]";
  const key = keys === undefined ? "[^)]*" : keys.map(escape).join("|");
  const rest = keys?.length === 0 ? `(?:${index})?` : `(?:${index}|\\.(?:${key}))?`;
  const spellings = [
    ["params\\.", `${rest}\\)`],
    ["inputs\\.params\\.", `(?:${index})?\\)`],
    ['params\\["', `"\\]${rest}\\)`],
    ["params\\['", `'\\]${rest}\\)`],
  ].map(([before, after]) => `(?<=\\$\\(${before})${name}(?=${after})`);
  return new RegExp(spellings.join("|"), "g");
}

/** Returns those of the names that the value refers to as params. */
export function usedParams(value: unknown, names: readonly string[]): string[] {
  return names.filter((name) => {
    const escaped = escape(name);
    const used = new RegExp(
      `\\$\\((?:inputs\\.)?params(?:\\.${escaped}|\\[["']${escaped}["']\\])[).\\[]`,
    );
    return containsMatch(value, used);
  });
}

/** Returns the names of the tasks to whose results the value refers. */
export function usedTaskResults(value: unknown): string[] {
  const names = new Set<string>();
  mapStrings(value, (text) => {
    for (const found of text.matchAll(/\$\(tasks\.([^.)]+)\.results[.[]/g)) names.add(found[1]);
    return text;
  });
  return [...names];
}

/** Returns the workspaces that a text refers to, each with the reference. */
export function usedWorkspaces(text: string): { name: string; variable: string }[] {
  return [...text.matchAll(/\$\(workspaces(?:\.([^.)]+)|\[(["'])(.*?)\2\])[^)]*\)/g)]
    .map((found) => ({ name: found[1] ?? found[3], variable: found[0] }));
}

/** Returns the names of the workspaces that the value refers to, once for each reference. */
export function namedWorkspaces(value: unknown): string[] {
  const names: string[] = [];
  mapStrings(value, (text) => {
    names.push(...usedWorkspaces(text).map(({ name }) => name));
    return text;
  });
  return names;
}

function containsMatch(value: unknown, pattern: RegExp): boolean {
  let found = false;
  mapStrings(value, (text) => {
    found ||= text.search(pattern) >= 0;
    return text;
  });
  return found;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
